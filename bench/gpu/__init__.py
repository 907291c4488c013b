"""What only a machine with a GPU can show: policies on CUDA, and the recipe at the paper's size."""
