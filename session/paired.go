package session

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A PairedTest tests whether the mean of paired differences is 0. A figure that is not defined is NaN, such as T and TP if all
// differences are equal and so have no spread.
type PairedTest struct {
	Pairs int
	Mean  float64 // mean of the differences
	Error float64 // standard error of the mean
	T     float64 // Student's, with Pairs-1 degrees of freedom
	TP    float64 // two-sided p of T
	W     float64 // Wilcoxon's signed-rank sum, the smaller of the two; pairs without a difference are left out
	WP    float64 // two-sided p of W, exact for up to exactPairs pairs
}

// exactPairs is the largest number of pairs for which Wilcoxon's p is exact. For more pairs it is that of the normal
// distribution.
const exactPairs = 50

// testPairs tests differences as scipy's ttest_rel and wilcoxon do. A test compares the results.
func testPairs(differences []float64) PairedTest {
	n := float64(len(differences))
	p := PairedTest{Pairs: len(differences), Mean: stat.Mean(differences, nil), Error: math.NaN(), T: math.NaN(), TP: math.NaN()}
	if n > 1 {
		p.Error = stat.StdErr(stat.StdDev(differences, nil), n)
	}
	if n > 1 && slices.Min(differences) < slices.Max(differences) {
		p.T = p.Mean / p.Error
		p.TP = 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.CDF(-math.Abs(p.T))
	}
	p.W, p.WP = wilcoxon(differences)
	return p
}

// wilcoxon computes the signed-rank test. It returns W and p.
func wilcoxon(differences []float64) (w, p float64) {
	apart := slices.DeleteFunc(slices.Clone(differences), func(d float64) bool { return d == 0 })
	if len(apart) == 0 {
		return math.NaN(), math.NaN()
	}
	slices.SortFunc(apart, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	ranks := make([]int, len(apart)) // twice the rank, because ties get the mean of their ranks
	sum, positive, ties := 0, 0, 0.0
	for i := 0; i < len(apart); {
		j := i
		for j < len(apart) && math.Abs(apart[j]) == math.Abs(apart[i]) {
			j++
		}
		for k := i; k < j; k++ {
			ranks[k] = i + 1 + j
			sum += ranks[k]
			if apart[k] > 0 {
				positive += ranks[k]
			}
		}
		tied := float64(j - i)
		ties += tied*tied*tied - tied
		i = j
	}
	smaller := min(positive, sum-positive)
	if len(apart) <= exactPairs {
		p = exactly(ranks, sum, smaller)
	} else {
		n := float64(len(apart))
		deviation := math.Sqrt(n*(n+1)*(2*n+1)/24 - ties/48)
		p = 2 * distuv.UnitNormal.CDF((float64(smaller)/2-n*(n+1)/4)/deviation)
	}
	return float64(smaller) / 2, min(p, 1)
}

// exactly returns the share of all assignments of signs to the ranks in which the sum of the positive ranks is at most `most`, or
// as far from the middle on the other side.
func exactly(ranks []int, sum, most int) float64 {
	ways := make([]float64, sum+1)
	ways[0] = 1
	for _, rank := range ranks {
		for s := sum; s >= rank; s-- {
			ways[s] += ways[s-rank]
		}
	}
	below := 0.0
	for _, n := range ways[:most+1] {
		below += n
	}
	return 2 * below / math.Pow(2, float64(len(ranks)))
}

// holm corrects the p of several tests for multiple comparisons (Holm 1979). NaN does not count as a test.
func holm(ps []float64) []float64 {
	order, corrected := []int{}, make([]float64, len(ps))
	for i, p := range ps {
		if corrected[i] = p; !math.IsNaN(p) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	most := 0.0
	for rank, i := range order {
		most = max(most, min(1, ps[i]*float64(len(order)-rank)))
		corrected[i] = most
	}
	return corrected
}
