"""The parts of the page, each laid out and wired with gradio."""
