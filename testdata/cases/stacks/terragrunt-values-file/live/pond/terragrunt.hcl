terraform {
  source = "../../modules/pond"
}
inputs = { idle = values.idle }
