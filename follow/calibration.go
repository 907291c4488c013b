package follow

import (
	_ "embed"
	"encoding/json"
)

//go:embed calibration.json
var calibrationFile []byte

// calibration maps the belief of the hypotheses in a beat to how often such a beat was right, because they are too sure: points of
// belief and right, both rising. `python -m train follow-calibration` measures it on validation songs (docs/following.md).
var calibration = loadCalibration(calibrationFile)

// loadCalibration returns the points of calibration.json. It panics if it cannot read them, because the file is part of the
// program.
func loadCalibration(file []byte) [][2]float64 {
	var c struct {
		Points [][2]float64 `json:"points"`
	}
	if err := json.Unmarshal(file, &c); err != nil || len(c.Points) < 2 {
		panic("follow: calibration.json has no points")
	}
	return c.Points
}

// calibrated returns the probability that a beat is right. It is 0 before there is any belief.
func calibrated(belief float64) float64 {
	if belief <= 0 {
		return 0
	}
	for i := 1; i < len(calibration); i++ {
		low, high := calibration[i-1], calibration[i]
		if belief <= high[0] {
			return low[1] + (belief-low[0])/(high[0]-low[0])*(high[1]-low[1])
		}
	}
	return calibration[len(calibration)-1][1]
}
