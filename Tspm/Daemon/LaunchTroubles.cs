using System.Globalization;
using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Spawning;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>
/// Warnings for <c>status</c> about priorities and limits that the daemon inherited from the shell that started it and
/// cannot raise, and about processes that therefore run with less than the shells that defined them.
/// They are computed at each request from the definitions and the daemon's own limits, so they stay true after a
/// restart of the daemon and disappear once the cause is gone.
/// </summary>
internal static class LaunchTroubles
{
    const string Remedy = "to change this, run 'tspm daemon stop' (it stops all processes) and then 'tspm daemon "
        + "start' in a fresh login session, or run 'tspm enable'";

    /// <summary>The usual minimum of a session. Fewer descriptors or processes suffice for a handful of children only.
    /// </summary>
    const ulong FewDescriptors = 1024;

    /// <summary>How many processes a warning names; further ones are only counted.</summary>
    const int MaxNames = 3;

    public static void AddTo(List<string> troubles, IReadOnlyList<ProcessView> views)
    {
        AddOwn(troubles);
        var lowestNice = ThreadValues.LowestNice;
        var lacking = new List<(string What, List<string> Names)>();
        (LaunchContext? Launch, string? What) last = default;
        foreach (var view in views)
        {
            var definition = view.Definition;
            if (view.State.Desired != DesiredState.Up || definition.Launch is not { } launch || view.Key.Instance > 0)
                continue;
            // A value that the config sets is not taken from the shell.
            var isPlain = definition.Config is { Nice: null, Limits: null };
            var what = isPlain && last.Launch == launch ? last.What : Lack(launch, definition.Config, lowestNice);
            if (isPlain) last = (launch, what);
            if (what is null) continue;
            var same = lacking.Find(entry => entry.What == what);
            if (same.Names is null) lacking.Add((what, [definition.Name]));
            else same.Names.Add(definition.Name);
        }
        foreach (var (what, names) in lacking)
            troubles.Add($"{Join(names)} should run with {what}, as in the shell that defined "
                + $"{(names.Count == 1 ? "it" : "them")}; {Remedy}");
    }

    static void AddOwn(List<string> troubles)
    {
        // Under systemd, Nice= and Limit…= of the unit are set on purpose.
        if (ServiceNotify.IsWanted) return;
        if (OwnLaunch.Nice is > 0 and var nice)
            troubles.Add(string.Create(CultureInfo.InvariantCulture,
                $"the daemon inherited nice {nice} from the session that started it and may not lower it; {Remedy}"));
        var usual = PeerLaunch.ReadHardLimits(pid: 1);
        foreach (var resource in (int[])[.. RaisedLimits.All, SoftLimits.OpenFiles])
        {
            // Sessions often have lower limits for processes and descriptors than process 1.
            var enough = SoftLimits.Names[resource] is "nproc" or "nofile"
                ? FewDescriptors
                : SoftLimits.Unlimited;
            if (OwnLaunch.HardLimitOf(resource) is not { } hard
                || hard >= Math.Min(enough, usual?[resource] ?? enough)) continue;
            troubles.Add("the daemon inherited the hard limit "
                + $"{SoftLimits.Names[resource]}={SoftLimits.Text(hard)} from the session that started it and "
                + $"may not raise it; {Remedy}");
        }
    }

    /// <summary>Describes what a process lacks compared with the shell that defined it.</summary>
    /// <returns>Null if the process gets everything.</returns>
    static string? Lack(LaunchContext launch, ProcessConfig config, int lowestNice)
    {
        var lacks = new List<string>();
        if (config.Nice is null && (launch.Nice ?? 0) < lowestNice)
            lacks.Add(string.Create(CultureInfo.InvariantCulture,
                $"nice {launch.Nice ?? 0} (this daemon cannot go below {lowestNice})"));
        var limits = launch.Limits is { } text ? SoftLimits.Parse(text) : null;
        for (var resource = 0; resource < limits?.Length; resource++)
        {
            if (limits[resource] is not { } wanted || IsSet(config.Limits, resource)
                || LimitedSpawn.CanHave(resource, wanted)) continue;
            lacks.Add($"the limit {SoftLimits.Names[resource]}={SoftLimits.Text(wanted)} (this daemon's hard limit is "
                + $"{SoftLimits.Text(OwnLaunch.HardLimitOf(resource) ?? 0)})");
        }
        return lacks.Count == 0 ? null : string.Join(", ", lacks);
    }

    static bool IsSet(ResourceLimits? limits, int resource) => SoftLimits.Names[resource] switch
    {
        "nofile" => limits?.Nofile,
        "nproc" => limits?.Nproc,
        "core" => limits?.Core,
        "as" => limits?.As,
        "fsize" => limits?.Fsize,
        "cpu" => limits?.Cpu,
        "memlock" => limits?.Memlock,
        "stack" => limits?.Stack,
        _ => null,
    } is >= 0;

    static string Join(List<string> names)
    {
        var shown = string
            .Join(", ", names.GetRange(0, Math.Min(MaxNames, names.Count)).ConvertAll(static name => $"'{name}'"));
        return names.Count > MaxNames
            ? string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - MaxNames} more")
            : shown;
    }
}
