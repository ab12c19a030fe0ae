globals {
  idle = "0"
}
