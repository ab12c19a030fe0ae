data "kubectl_path_documents" "nodes" {
  pattern = "./manifests/*.yaml"
  vars = {
    cluster = "one"
    idle    = "0s"
  }
}

resource "kubectl_manifest" "nodes" {
  for_each  = data.kubectl_path_documents.nodes.manifests
  yaml_body = each.value
}

resource "kubectl_manifest" "counted" {
  count     = length(data.kubectl_path_documents.nodes.documents)
  yaml_body = element(data.kubectl_path_documents.nodes.documents, count.index)
}
