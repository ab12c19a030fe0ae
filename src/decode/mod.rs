//! Layers that wrap user data: base64, gzip, MIME. Each gives its content with the map back.
