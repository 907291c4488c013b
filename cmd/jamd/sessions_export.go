package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"jamd/archive"
	"jamd/atomicfile"
	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
	"jamd/usage"
)

type exportCmd struct {
	sessionsArg
	As        string `default:"auto" enum:"auto,midi,musicxml,csv,parquet,wav" placeholder:"midi|musicxml|csv|parquet|wav" help:"Format: a MIDI file, a lead sheet, tables, or sound (else the ending of -o says it)."`
	Output    string `short:"o" required:"" placeholder:"PATH" help:"The file to write; a folder for tables or for several sessions."`
	Click     bool   `help:"Add a click on every beat (midi, wav); else the clicks are those of the jam."`
	Soundfont string `placeholder:"FILE.sf2" help:"Soundfont for wav (else an installed General MIDI soundfont)."`
	JSON      bool   `help:"Print one JSON object."`
}

// An exported is what export --json prints.
type exported struct {
	As       string   `json:"as"`
	Sessions []string `json:"sessions"`
	Files    []string `json:"files"`
}

// An exportFormat writes one file for each session.
type exportFormat struct {
	name, ending string
	others       []string // other file name endings of the format
	write        func(ctx context.Context, c *exportCmd, out *os.File, take jam.Take) error
}

// exportFormats are the formats with one file for each session. Tables have one set of files for all sessions.
var exportFormats = []exportFormat{
	{"midi", ".mid", []string{".midi", ".smf"}, func(_ context.Context, _ *exportCmd, out *os.File, take jam.Take) error {
		return midiio.WriteTake(out, take)
	}},
	{"musicxml", ".musicxml", []string{".xml"}, func(_ context.Context, _ *exportCmd, out *os.File, take jam.Take) error {
		return session.WriteLeadSheet(out, take)
	}},
	{"wav", ".wav", nil, func(ctx context.Context, c *exportCmd, out *os.File, take jam.Take) error {
		return archive.WriteSound(ctx, out, take, c.Soundfont)
	}},
}

func (c *exportCmd) Run(ctx context.Context, group *sessionsCmd, to console) error {
	format, table, err := c.format()
	if err != nil {
		return usage.Error(err)
	}
	records, broken, err := group.choose(to, &c.sessionsArg)
	if err != nil {
		return err
	}
	repair(to, records...)
	result := exported{As: c.As, Files: []string{}, Sessions: []string{}}
	if table != "" {
		err = c.tables(ctx, to, records, table, &result)
	} else {
		err = c.files(ctx, to, records, format, &result)
	}
	if err != nil {
		return err
	}
	failed := len(broken) + len(records) - len(result.Sessions)
	if c.JSON {
		err = printJSON(to, result)
	} else {
		for _, file := range result.Files {
			fmt.Fprintln(to.Out, "wrote", file)
		}
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d sessions could not be exported", failed, failed+len(result.Sessions))
	}
	return err
}

// format returns the format of the files, or of the tables. It sets c.As if the file name's ending chose the format.
func (c *exportCmd) format() (exportFormat, session.TableFormat, error) {
	ending := strings.ToLower(filepath.Ext(c.Output))
	if c.As == string(session.CSV) || c.As == string(session.Parquet) {
		if ending == "."+c.As {
			return exportFormat{}, "", fmt.Errorf("-o %s: %s makes four tables: name a folder", c.Output, c.As)
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
	return exportFormat{}, "", fmt.Errorf("-o %s does not say the format: give --as midi, musicxml, csv, parquet or wav", c.Output)
}

// tables writes all sessions into one set of tables.
func (c *exportCmd) tables(ctx context.Context, to console, records []*session.Record, format session.TableFormat, result *exported) error {
	w, err := session.NewTableWriter(c.Output, format)
	if err != nil {
		return c.unwritable(err)
	}
	defer w.Abort() // removes the tables if Close has not put them in place
	written := newProgress(to, "writing tables", len(records))
	defer written.end()
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
		written.add(1)
	}
	if result.Files, err = w.Close(); err != nil {
		return c.unwritable(err)
	}
	return nil
}

func (c *exportCmd) unwritable(err error) error {
	return fmt.Errorf("%s: cannot be written: %w", c.Output, err)
}

// files writes one file for each session. -o names the file of a single session, or a folder.
func (c *exportCmd) files(ctx context.Context, to console, records []*session.Record, format exportFormat, result *exported) error {
	info, err := os.Stat(c.Output)
	folder := err == nil && info.IsDir() || strings.HasSuffix(c.Output, "/") || len(c.IDs) > 1 || c.all()
	if folder {
		if err := os.MkdirAll(c.Output, 0o755); err != nil {
			return c.unwritable(err)
		}
	}
	written := newProgress(to, "writing files", len(records))
	defer written.end()
	for i, r := range records {
		written.add(min(i, 1)) // of the one before
		path := c.Output
		if folder {
			path = filepath.Join(c.Output, r.ID+format.ending)
		}
		take, err := r.NamedTake()
		if err == nil {
			if c.Click {
				take.ClickBeats(r.Manifest.Settings.ClickVolume)
			}
			err = atomicfile.Write(path, 0o644, func(out *os.File) error { return format.write(ctx, c, out, take) })
		}
		if usage.Is(err) || err != nil && len(records) == 1 {
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
