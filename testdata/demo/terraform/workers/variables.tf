variable "cluster_name" {
  type = string
}

variable "stream_idle_timeout" {
  description = "How long an exec session may be idle."
  type        = string
  default     = "0s"
}
