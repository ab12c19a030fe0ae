IDLE := 0s
deploy:
	helm upgrade --install nodes ./chart --set idle=$(IDLE)
