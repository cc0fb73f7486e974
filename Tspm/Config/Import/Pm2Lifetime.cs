using System.Text.Json;
using Tspm.Model.Config;
using static Tspm.Config.Import.Pm2Value;

namespace Tspm.Config.Import;

/// <summary>Imports the settings of a PM2 app about its restarts, its stop and its schedule.</summary>
internal sealed class Pm2Lifetime
{
    /// <summary>Default of PM2 for an app that sets none (constants.js).</summary>
    const string StopSignal = "SIGINT";

    const int KillTimeoutMs = 1600;

    RestartConfig _restart = new();

    /// <summary>Null if the app sets nothing about restarts.</summary>
    public RestartConfig? Restart => _restart == new RestartConfig() ? null : _restart;

    public StopConfig Stop { get; private set; } = new() { Signal = StopSignal, TimeoutMs = KillTimeoutMs };

    public ScheduleConfig? Schedule { get; private set; }

    /// <summary>Imports one setting.</summary>
    /// <returns>False if it is none of these, or its value is not valid.</returns>
    public bool Take(string key, JsonElement value)
    {
        switch (key)
        {
            case "autorestart":
                if (value.ValueKind == JsonValueKind.False) _restart = _restart with { Policy = "never" };
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case "max_restarts":
                return Pm2Value.Whole(value) is { } most
                    && Did(_restart = _restart with { MaxConsecutive = Math.Max(1, most) });
            case "min_uptime":
                return Pm2Value.Time(value) is { } least && Did(_restart = _restart with { MinUptimeMs = least });
            // A fixed delay: the same for each restart.
            case "restart_delay":
                return Pm2Value.Time(value) is { } pause
                    && Did(_restart = pause == 0 ? _restart : _restart with { DelayMs = pause, MaxDelayMs = pause });
            case "exp_backoff_restart_delay":
                return Pm2Value.Time(value) is { } first
                    && Did(_restart = first == 0 ? _restart
                    : _restart with { DelayMs = first, MaxDelayMs = Math.Max(first, 15_000) });
            case "stop_exit_codes":
                return Pm2Value.Codes(value) is { } codes && Did(_restart = _restart with { StopExitCodes = codes });
            case "kill_timeout":
                return Pm2Value.Time(value) is { } patience && Did(Stop = Stop with { TimeoutMs = patience });
            case "kill_signal" or "stop_signal":
                return Pm2Value.Text(value) is { } signal && Did(Stop = Stop with { Signal = signal });
            case "treekill":
                if (value.ValueKind == JsonValueKind.False) Stop = Stop with { KillTree = false };
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case "cron_restart" or "cron":
                if (Pm2Value.Text(value) is not { } cron) return false;
                if (cron is not ("0" or "")) Schedule = new ScheduleConfig { Cron = cron };
                return true;
            default: return false;
        }
    }

    /// <summary>
    /// Makes an app with a schedule a job if it ends on its own. PM2 starts an app at each time of its schedule,
    /// whether the app is running or not; a run that is not over is replaced by the next.
    /// </summary>
    public void MakeJob()
    {
        if (Schedule is not { } schedule) return;
        var codes = _restart.StopExitCodes ?? [];
        var endsWell = codes.Contains(0);
        if (_restart.Policy != "never" && !endsWell) return;
        Schedule = schedule with { Action = ScheduleConfig.Start, Overlap = ScheduleConfig.Kill };
        if (_restart.Policy == "never") return;
        int[] others = [.. codes.Where(static code => code != 0)];
        _restart = _restart with { Policy = "on-failure", StopExitCodes = others.Length == 0 ? null : others };
    }
}
