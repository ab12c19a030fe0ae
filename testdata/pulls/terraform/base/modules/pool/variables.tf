variable "name" {
  type = string
}

variable "enabled" {
  type    = bool
  default = true
}

variable "idle" {
  type    = string
  default = "0s"
}
