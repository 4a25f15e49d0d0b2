@echo off
rem Double-click: set the bulletin up, once, and open it in a browser. Issues lie in the folder bulletins.
chcp 65001 >nul
set PYTHONUTF8=1
cd /d "%~dp0"

rem Those that the tests run on first.
set "FOUND="
for %%v in (3.13 3.12 3.11 3.10) do if not defined FOUND py -%%v -c "" >nul 2>&1 && set "FOUND=py -%%v"
for %%n in (python python3) do if not defined FOUND %%n -c "import sys; sys.exit(sys.version_info < (3, 10))" >nul 2>&1 && set "FOUND=%%n"
if not defined FOUND goto missing

%FOUND% deploy\set_up.py --editable
if errorlevel 1 goto failed
.venv\Scripts\python.exe -m qa.cli build bulletins
.venv\Scripts\python.exe -m qa.cli chat --open
if errorlevel 1 goto failed
exit /b 0

:missing
type deploy\no_python.txt
:failed
pause
exit /b 1
