package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
)

type exportCmd struct {
	IDs       []string `arg:"" name:"id" placeholder:"ID|all" help:"Sessions, or 'all': ids, or beginnings of them; 'last' for the newest; paths of folders."`
	As        string   `default:"auto" enum:"auto,midi,musicxml,csv,parquet,wav" placeholder:"midi|musicxml|csv|parquet|wav" help:"What to make of them: a MIDI file, a lead sheet, tables, or sound. Else the ending of -o says it."`
	Output    string   `short:"o" required:"" placeholder:"PATH" help:"The file to write; for tables, or several sessions, a folder."`
	Click     bool     `help:"Let the metronome click on every beat (midi, wav); else it clicks where it did in the jam."`
	Soundfont string   `placeholder:"FILE.sf2" help:"The sounds for wav; else a General MIDI soundfont in the usual places."`
	JSON      bool     `help:"Print one JSON object."`
}

// An exported set of sessions is what export --json prints.
type exported struct {
	As       string   `json:"as"`
	Sessions []string `json:"sessions"`
	Files    []string `json:"files"`
}

// An exportFormat is how one session becomes one file.
type exportFormat struct {
	name, ending string
	others       []string // endings that mean it too
	write        func(ctx context.Context, c *exportCmd, w io.Writer, take jam.Take) error
}

// exportFormats are those of one file a session. Tables are others.
var exportFormats = []exportFormat{
	{"midi", ".mid", []string{".midi", ".smf"}, func(_ context.Context, _ *exportCmd, w io.Writer, take jam.Take) error {
		return midiio.WriteTake(w, take)
	}},
	{"musicxml", ".musicxml", []string{".xml"}, func(_ context.Context, _ *exportCmd, w io.Writer, take jam.Take) error {
		return session.WriteLeadSheet(w, take)
	}},
	{"wav", ".wav", nil, func(ctx context.Context, c *exportCmd, w io.Writer, take jam.Take) error {
		return writeSound(ctx, w, take, c.Soundfont)
	}},
}

func (c *exportCmd) Run(ctx context.Context, group *sessionsCmd, to console) error {
	format, table, err := c.format()
	if err != nil {
		return asInput(err)
	}
	records, failed, err := c.records(group, to)
	if err != nil {
		return err
	}
	result := exported{As: c.As, Files: []string{}, Sessions: []string{}}
	if table != "" {
		err = c.tables(ctx, to, records, table, &result)
	} else {
		err = c.files(ctx, to, records, format, &result)
	}
	if err != nil {
		return err
	}
	failed += len(records) - len(result.Sessions)
	if c.JSON {
		err = printJSON(to, result)
	} else {
		for _, file := range result.Files {
			fmt.Fprintln(to.Out, "written", file)
		}
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d sessions could not be exported", failed, failed+len(result.Sessions))
	}
	return err
}

// format is what is to be made: files, or tables.
func (c *exportCmd) format() (exportFormat, session.TableFormat, error) {
	ending := strings.ToLower(filepath.Ext(c.Output))
	if c.As == string(session.CSV) || c.As == string(session.Parquet) {
		if ending == "."+c.As {
			return exportFormat{}, "", fmt.Errorf("-o %s: %s makes four tables, so name a folder for them", c.Output, c.As)
		}
		return exportFormat{}, session.TableFormat(c.As), nil
	}
	for _, f := range exportFormats {
		named := ending == f.ending
		for _, other := range f.others {
			named = named || ending == other
		}
		if c.As == f.name || c.As == "auto" && named {
			c.As = f.name
			return f, "", nil
		}
	}
	return exportFormat{}, "", fmt.Errorf("-o %s does not say what to make: give --as midi, musicxml, csv, parquet or wav", c.Output)
}

// records are the sessions that were asked for. Of all of them, those that cannot be read are left out, and counted.
func (c *exportCmd) records(group *sessionsCmd, to console) (records []*session.Record, failed int, err error) {
	ids, all := c.IDs, len(c.IDs) == 1 && c.IDs[0] == "all"
	if all {
		a, err := group.archive()
		if err != nil {
			return nil, 0, err
		}
		briefs, err := a.List()
		if err != nil {
			return nil, 0, err
		}
		ids = nil
		for _, b := range briefs {
			ids = append(ids, b.ID)
		}
		if len(ids) == 0 {
			return nil, 0, asInput(errors.New("there is no session to export"))
		}
	}
	seen := map[string]bool{}
	for _, id := range ids {
		r, err := group.open(to, id)
		switch {
		case err != nil && all:
			failed++
			to.Log.Error().Msgf("session %s: %v", id, err)
		case err != nil:
			return nil, 0, err
		case !seen[r.ID]:
			seen[r.ID] = true
			records = append(records, r)
		}
	}
	return records, failed, nil
}

// tables writes the sessions as tables, all into the same.
func (c *exportCmd) tables(ctx context.Context, to console, records []*session.Record, format session.TableFormat, result *exported) error {
	w, err := session.NewTableWriter(c.Output, format)
	if err != nil {
		return c.unwritable(err)
	}
	defer w.Abort() // of what is not in place
	for _, r := range records {
		if err := ctx.Err(); err != nil {
			return err
		}
		tables, err := r.Tables()
		if err != nil {
			to.Log.Error().Msg(err.Error())
			continue
		}
		if err := w.Write(tables); err != nil {
			return c.unwritable(err)
		}
		result.Sessions = append(result.Sessions, r.ID)
	}
	if result.Files, err = w.Close(); err != nil {
		return c.unwritable(err)
	}
	return nil
}

func (c *exportCmd) unwritable(err error) error {
	return fmt.Errorf("%s: cannot be written: %w", c.Output, err)
}

// files writes each session into a file: one into that which -o names, or into the folder; several into the folder.
func (c *exportCmd) files(ctx context.Context, to console, records []*session.Record, format exportFormat, result *exported) error {
	info, err := os.Stat(c.Output)
	folder := err == nil && info.IsDir() || strings.HasSuffix(c.Output, "/") || len(c.IDs) > 1 || c.IDs[0] == "all"
	if folder {
		if err := os.MkdirAll(c.Output, 0o755); err != nil {
			return c.unwritable(err)
		}
	}
	for _, r := range records {
		path := c.Output
		if folder {
			path = filepath.Join(c.Output, r.ID+format.ending)
		}
		take, err := r.Take()
		if err == nil {
			take.Name = cmp.Or(r.Notes.Name, take.Name)
			if c.Click {
				take.ClickBeats(r.Manifest.Settings.ClickVolume)
			}
			var b bytes.Buffer
			if err = format.write(ctx, c, &b, take); err == nil {
				err = writeFile(path, b.Bytes())
			}
		}
		var input inputError
		if errors.As(err, &input) || err != nil && len(records) == 1 {
			return err
		}
		if err != nil {
			to.Log.Error().Msgf("session %s: %v", r.ID, err)
			continue
		}
		result.Sessions, result.Files = append(result.Sessions, r.ID), append(result.Files, path)
	}
	return nil
}
