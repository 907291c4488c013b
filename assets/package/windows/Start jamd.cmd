@echo off
rem Opens the page of jamd in the browser. Closing this window ends the jam.
title jamd
"%~dp0jamd.exe" open %*
if errorlevel 1 pause
