-- A session of Neovim; see record.py.
local root = vim.env.ROOT
local ok, why = pcall(function()
  local client = vim.lsp.start_client({ name = "kubelet-lint", cmd = vim.json.decode(vim.env.RELAY), root_dir = root })
  local function wait(what, count)
    assert(vim.wait(20000, function() return #vim.diagnostic.get(what) == count end, 10), "no " .. count .. " diagnostics")
  end
  vim.cmd("edit " .. root .. "/eksctl/cluster.yaml")
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buffer, client)
  wait(buffer, 2)
  local function ask(method, more)
    local params = vim.tbl_extend("force", vim.lsp.util.make_range_params(), vim.lsp.util.make_position_params(), more or {})
    return vim.lsp.buf_request_sync(buffer, method, params, 20000)[client].result
  end
  vim.api.nvim_win_set_cursor(0, { 20, 52 })
  assert(ask("textDocument/hover").contents.value:find("streamingConnectionIdleTimeout"))
  local actions = ask("textDocument/codeAction", { context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, 19) } })
  -- The fix is applied to the buffer, which is not saved.
  vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
  wait(buffer, 1)
  vim.cmd("bwipeout!")
  wait(nil, 0)
  vim.lsp.stop_client(client)
  vim.wait(5000, function() return vim.lsp.get_client_by_id(client) == nil end, 10)
end)
if not ok then
  io.stderr:write(tostring(why) .. "\n")
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
