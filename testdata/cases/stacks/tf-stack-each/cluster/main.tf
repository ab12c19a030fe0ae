output "name" { value = "pond" }
