# Timeouts of other programs, and a zero that does no harm.
module "database" {
  source = "git::https://git.example.com/platform/database.git"

  idle_timeout                      = 0
  connection_timeout                = "0s"
  sync_frequency                    = 0
  runtime_request_timeout           = "0"
  streaming_connection_idle_timeout = null
  proxy_args                        = "--idle-timeout=0 --max-streaming-connection-idle-timeout=0"
}

module "here" {
  source = "./nowhere"

  timeout = 0
}
