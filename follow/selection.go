package follow

// selectBest moves the n heaviest hypotheses to the front, in no order (Hoare's selection).
func selectBest(h []hypothesis, n int) {
	low, high := 0, len(h)-1
	for low < high {
		pivot := h[(low+high)/2].weight
		i, j := low, high
		for i <= j {
			for h[i].weight > pivot {
				i++
			}
			for h[j].weight < pivot {
				j--
			}
			if i <= j {
				h[i], h[j] = h[j], h[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n-1 <= j:
			high = j
		case n-1 >= i:
			low = i
		default:
			return
		}
	}
}
