mod hostile;
mod runtime;
mod scripts;
mod user_data;
mod windows;
mod world;
