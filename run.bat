@echo off
rem Starts the Studio on Windows through WSL: its processes (jobs, replicas) need Linux.
rem Takes the options of run.sh; run.bat --help prints them.
setlocal
where wsl >nul 2>nul
if errorlevel 1 (
  echo run.bat: the Studio runs its jobs and replicas as Linux processes. Install WSL first: wsl --install 1>&2
  exit /b 1
)
cd /d "%~dp0"
wsl --exec bash ./run.sh %*
exit /b %errorlevel%
