#!/bin/bash
aws ec2 create-launch-template --launch-template-name x --launch-template-data '{"UserData":"H4sIAAAAAAACAw3KwQ2AMAgF0LtTaDwjLuAwbf1RYgtGMHF8e31588RZlHPyc2BEYVzO2Sw8nnQvfo5lJLrejIogfF0pPYd37AOpiR5UTBUlxJRkr6CQBntjW4cfdIZ9p18AAAA="}'
