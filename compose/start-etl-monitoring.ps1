#Requires -Version 5.1

<#
.SYNOPSIS
Starts the ETL simulator, its exporter and what watches them in containers.

.DESCRIPTION
Does by Docker Compose what compose.yaml beside this script describes, waits until every service is healthy, and shows
the addresses. It can be called from any folder, on Windows, macOS and Linux, with PowerShell 5.1 or later.

Ports and other settings are in the file .env beside this script; .env.example has them all.

.PARAMETER EtlOnly
Starts the ETL simulator and its exporter. This is the default.

.PARAMETER FullStack
Starts Prometheus, Alertmanager and Grafana as well.

.PARAMETER Stop
Stops and removes all of them; what they have stored is kept.

.PARAMETER Logs
Shows what all of them say, and goes on doing so until Ctrl-C.

.EXAMPLE
.\compose\start-etl-monitoring.ps1

Starts the ETL simulator and its exporter.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File compose\start-etl-monitoring.ps1

The same where Windows does not let scripts start, which is its default.

.EXAMPLE
.\compose\start-etl-monitoring.ps1 -FullStack

Starts the whole stack, and shows where the dashboard is.

.EXAMPLE
.\compose\start-etl-monitoring.ps1 -Stop

Stops whatever of it runs.
#>
[CmdletBinding(DefaultParameterSetName = 'EtlOnly')]
param(
    [Parameter(ParameterSetName = 'EtlOnly')]
    [switch] $EtlOnly,

    [Parameter(ParameterSetName = 'FullStack', Mandatory = $true)]
    [switch] $FullStack,

    [Parameter(ParameterSetName = 'Stop', Mandatory = $true)]
    [switch] $Stop,

    [Parameter(ParameterSetName = 'Logs', Mandatory = $true)]
    [switch] $Logs
)

Set-StrictMode -Version 2.0
# Not 'Stop': PowerShell 5.1 would then take what docker writes to its standard error for an error.
$ErrorActionPreference = 'Continue'
# Where the caller has it otherwise, PowerShell 7 would throw what docker ends with, in the middle of what is said here.
$PSNativeCommandUseErrorActionPreference = $false

# How long the services may take to become healthy, once their images are there.
$StartLimitSeconds = 300
# After how long it is said that Docker has not answered yet, and how long it may take.
$AnswerNoticeSeconds = 5
$AnswerLimitSeconds = 60
$EtlServices = @('etl-simulator', 'etl-metrics')
$ComposeFile = Join-Path $PSScriptRoot 'compose.yaml'

function Stop-WithError([string] $Message) {
    [Console]::Error.WriteLine("start-etl-monitoring.ps1: $Message")
    exit 1
}

function Invoke-Compose([string[]] $Arguments) {
    & docker compose --file $ComposeFile $Arguments
}

# Asks the engine for its version. While Docker Desktop starts, docker waits in silence and without an end.
function Assert-Engine([string] $Docker) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $Docker
    $start.Arguments = 'version --format "{{.Server.Version}}"'
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit($AnswerNoticeSeconds * 1000)) {
        Write-Host "Waiting for Docker to answer, for $AnswerLimitSeconds s at most ..."
        if (-not $process.WaitForExit(($AnswerLimitSeconds - $AnswerNoticeSeconds) * 1000)) {
            $process.Kill()
            Stop-WithError ("Docker has not answered for $AnswerLimitSeconds s; see whether Docker has started, " +
                'restart it, and try again')
        }
    }
    if ($process.ExitCode -ne 0) {
        $reason = ($output.Result + $errors.Result).Trim() -split '\r?\n' | Select-Object -Last 1
        Stop-WithError "Docker does not answer; start Docker first. It says: $reason"
    }
}

function Assert-Docker {
    $docker = Get-Command docker -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $docker) {
        Stop-WithError 'there is no docker on PATH; get it from https://docs.docker.com/get-docker'
    }
    Assert-Engine $docker.Path
    $version = & docker compose version --short 2>&1
    if ($LASTEXITCODE -ne 0) {
        Stop-WithError 'there is no Docker Compose; get it from https://docs.docker.com/compose/install'
    }
    if (-not ("$version" -match '([0-9]+)\.([0-9]+)') -or
        ([version] "$($Matches[1]).$($Matches[2])" -lt [version] '2.20')) {
        Stop-WithError "Docker Compose is $version; 2.20 or later is needed"
    }
}

function Test-PortTaken([int] $Port) {
    $network = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    foreach ($listener in $network.GetActiveTcpListeners()) {
        if ($listener.Port -eq $Port -and '127.0.0.1', '0.0.0.0', '::' -contains "$($listener.Address)") {
            return $true
        }
    }
    return $false
}

# Docker itself would say it only after the build, in the middle of all else.
function Assert-Port([string] $Configuration, [string] $Service, [int] $Port, [string] $Variable) {
    if (-not ($Configuration -match "target: $Port\s+published: `"([0-9]+)`"")) {
        return
    }
    $published = $Matches[1]
    if (-not (Test-PortTaken $published)) {
        return
    }
    # By what runs already, and is to be started once more.
    if ("$(Invoke-Compose @('port', $Service, "$Port") 2>$null)".EndsWith(":$published")) {
        return
    }
    Stop-WithError "port $published is taken; choose another one with $Variable in compose/.env"
}

function Assert-Ports([string[]] $Services) {
    $configuration = (Invoke-Compose (@('config') + $Services)) -join "`n"
    if ($LASTEXITCODE -ne 0) {
        Stop-WithError 'Docker Compose refuses its configuration; see compose/.env'
    }
    Assert-Port $configuration 'etl-metrics' 8083 'ETL_METRICS_PORT'
    Assert-Port $configuration 'prometheus' 9090 'PROMETHEUS_PORT'
    Assert-Port $configuration 'alertmanager' 9093 'ALERTMANAGER_PORT'
    Assert-Port $configuration 'grafana' 3000 'GRAFANA_PORT'
}

# Starts services and waits until all of them are healthy; none named are all.
function Start-Stack([string[]] $Services) {
    Assert-Docker
    Assert-Ports $Services
    Write-Host 'Building, starting and waiting until all is healthy (a few minutes the first time) ...'
    Invoke-Compose (@('up', '--wait', '--wait-timeout', "$StartLimitSeconds") + $Services)
    if ($LASTEXITCODE -ne 0) {
        Invoke-Compose (@('ps', '--all') + $Services)
        Invoke-Compose (@('logs', '--tail', '5') + $Services)
        Stop-WithError "not everything is healthy; see: docker compose --file `"$ComposeFile`" logs"
    }
}

# Writes one line of the table of addresses, with the port that the service really has.
function Write-Address([string] $Name, [string] $Service, [int] $Port, [string] $Path) {
    $address = "$(Invoke-Compose @('port', $Service, "$Port"))" -replace '^127\.0\.0\.1:', 'localhost:'
    Write-Host ('  {0,-14} http://{1}{2}' -f $Name, $address, $Path)
}

function Write-EtlAddresses {
    Write-Host ''
    Write-Address 'ETL status' 'etl-metrics' 8083 '/'
    Write-Address 'ETL metrics' 'etl-metrics' 8083 '/metrics'
    Write-Address 'ETL health' 'etl-metrics' 8083 '/health'
}

function Write-NextSteps {
    $script = Join-Path $PSScriptRoot 'start-etl-monitoring.ps1'
    Write-Host ''
    Write-Host "Logs:  & `"$script`" -Logs"
    Write-Host "Stop:  & `"$script`" -Stop"
}

function Start-EtlOnly {
    Start-Stack $EtlServices
    Write-EtlAddresses
    Write-NextSteps
}

function Start-FullStack {
    Start-Stack @()
    Write-EtlAddresses
    Write-Address 'ETL dashboard' 'grafana' 3000 '/d/etl-monitoring'
    Write-Address 'Grafana' 'grafana' 3000 '/'
    Write-Address 'Prometheus' 'prometheus' 9090 '/'
    Write-Address 'Alertmanager' 'alertmanager' 9093 '/'
    Write-NextSteps
}

function Stop-All {
    Assert-Docker
    Invoke-Compose @('down')
    exit $LASTEXITCODE
}

function Show-Logs {
    Assert-Docker
    Invoke-Compose @('logs', '--follow', '--tail', '20')
    exit $LASTEXITCODE
}

switch ($PSCmdlet.ParameterSetName) {
    'FullStack' { Start-FullStack }
    'Stop' { Stop-All }
    'Logs' { Show-Logs }
    default { Start-EtlOnly }
}
