{ args: '--streaming-connection-idle-timeout=%s' % idle }
