# Definitions of jq that the engine's own library lacks or defines differently.
def values: select(. != null);
def recurse: ..;
def add: reduce .[] as $x (null; . + $x);
def del(f): delpaths([path(f)]);
def to_entries: [keys_unsorted[] as $k | {key: $k, value: .[$k]}];
def from_entries:
  map({((if has("key") then .key elif has("k") then .k elif has("name") then .name
         elif has("Name") then .Name elif has("Key") then .Key else .K end)
        | if type == "string" then . else tojson end):
       (if has("value") then .value else .Value end)})
  | add + {};
def with_entries(f): to_entries | map(f) | from_entries;
def walk(f):
  def w: if type == "object"
    then . as $in | reduce keys_unsorted[] as $key ({}; . + {($key): ($in[$key] | w)}) | f
    elif type == "array" then map(w) | f else f end;
  w;
def join($x): reduce .[] as $i (null;
    (if . == null then "" else . + $x end)
    + ($i | if . == null then "" elif type == "boolean" or type == "number" then tojson else . end))
  | if . == null then "" else . end;
def flatten($x):
  if $x < 0 then error("flatten depth must not be negative") else
    def flat($d): reduce .[] as $i ([];
      if ($i | type) == "array" and $d != 0 then . + ($i | flat($d - 1)) else . + [$i] end);
    flat($x)
  end;
def flatten: flatten(1e9);
def in(xs): . as $x | xs | has($x);
def inside(xs): . as $x | xs | contains($x);
def scalars: select(type != "object" and type != "array");
def leaf_paths: paths(scalars);
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
def INDEX(f): INDEX(.[]; f);
def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def isvalid(f): try (f | true) catch false;
def debug: .;
def debug(f): .;
def stderr: .;
def keys: keys_unsorted | sort;
def index($i): indices($i) | .[0];
def rindex($i): indices($i) | .[-1:][0];
def split($s): if type == "string" and ($s | type) == "string" then . / $s else error("split input and separator must be strings") end;
def match(re; flags): (re | if type == "array" then .[0] else . end) as $re | _matches($re; flags) | .[];
def match($v): if ($v | type) == "array" then match($v[0]; $v[1]) else match($v; null) end;
def test(re; flags): re as $re | _matches($re; flags) | length > 0;
def test($v): if ($v | type) == "array" then test($v[0]; $v[1]) else test($v; null) end;
def _captured: [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def capture(re; flags): match(re; flags) | _captured;
def capture(re): capture(re; null);
def scan(re): match(re; "g") | if (.captures | length) > 0 then [.captures[].string] else .string end;
def _sub($re; f; $flags): . as $in
  | (reduce match($re; $flags) as $m ([0, ""];
      [$m.offset + $m.length, .[1] + $in[.[0]:$m.offset] + ($m | _captured | f)]))
  | .[1] + $in[.[0]:];
def sub($re; f; $flags): _sub($re; f; $flags);
def sub($re; f): _sub($re; f; "");
def gsub($re; f; $flags): _sub($re; f; $flags + "g");
def gsub($re; f): _sub($re; f; "g");
def split($re; flags): . as $s
  | [foreach ((match($re; flags + "g") | [.offset, .length]), null) as $m ([0, null];
      if $m == null then [0, $s[.[0]:]] else [$m[0] + $m[1], $s[.[0]:$m[0]]] end; .[1])];
def splits($re): split($re; null) | .[];
def splits($re; flags): split($re; flags) | .[];
def ascii: [.] | implode;
def @text: tostring;
def @json: tojson;
def @base64: tostring | _base64;
def @base64d: tostring | _base64d;
def _sh: if type == "string" then "'" + escape_sh + "'" elif type == "array" or type == "object" then error("can not be escaped for shell") else tojson end;
def @sh: if type == "array" then map(_sh) | join(" ") else _sh end;
