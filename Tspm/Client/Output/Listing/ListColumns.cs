using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Output.Listing;

/// <summary>All columns of <c>list</c>.</summary>
internal static class ListColumns
{
    /// <summary>The word for what is not known, or does not exist.</summary>
    const string None = "-";

    public static readonly ListColumn Name =
        new("name", 0, static row => row.Name) { Preferred = 20, Least = 8 };

    public static readonly ListColumn State = new("state", 1, static row => Display.State(row.Process.State));

    public static readonly ListColumn Info = new("info", 4, static row => Display.Text(row.Info))
    {
        Preferred = 24,
        Least = 15,
        IsUsual = static row => row.Info.Length == 0,
    };

    public static readonly ListColumn Ports =
        new("ports", 9, static row => PortsOf(row.Process)) { Preferred = 16, Least = 6, IsUsual = HasNoPorts };

    /// <summary>In the order of a table, from left to right.</summary>
    public static readonly ListColumn[] All =
    [
        new("id", 8, static row => Display.Number(row.Process.Id)) { IsRight = true },
        Name,
        new("namespace", 10, static row => ControlText.Escape(row.Process.Namespace))
            { IsUsual = static row => row.Process.Namespace == ProcessDefinition.DefaultNamespace },
        State, Info,
        new("pid", 7, static row => Display.Number(row.Process.Pid)) { IsRight = true },
        new("restarts", 3, static row => Display.Number(row.Process.Restarts)) { IsRight = true },
        new("uptime", 2, static row => Display.Uptime(row.Process.UptimeMs)),
        new("cpu", 6, static row => Display.Cpu(row.Process.CpuPercent)) { IsRight = true },
        new("mem", 5, static row => Display.Memory(row.Process.MemoryBytes)) { IsRight = true },
        Ports,
        Extra("exit", 11, static row => ExitOf(row.Process)),
        Extra("health", 12, static row => HealthOf(row.Process)),
        Extra("next", 13, NextRunOf),
        Extra("user", 14, static row => Display.Text(row.Process.User)),
        Extra("project", 15, static row => Display.Text(row.Process.Project), preferred: 24),
        Extra("command", 16, static row => Display.Text(CommandOf(row.Process)), preferred: 24),
    ];

    /// <summary>
    /// The columns in a pipe. Scripts count them, so new ones come at the end only. Those after "mem" are "info", then
    /// what is known without another reading; <c>--wide</c> adds the rest.
    /// </summary>
    public static ListColumn[] Plain(bool isWide)
    {
        string[] names =
            ["id", "name", "namespace", "state", "pid", "restarts", "uptime", "cpu", "mem", "info", "exit", "health",
                "next"];
        if (isWide) names = [.. names, "ports", "user", "project", "command"];
        return Array.ConvertAll(names, static name => Find(name)!);
    }

    /// <returns>Null if there is no such column.</returns>
    public static ListColumn? Find(string name)
    {
        foreach (var column in All)
            if (column.Name == name) return column;
        return name == "memory" ? Find("mem") : null;
    }

    /// <summary>The names for a message, separated by commas.</summary>
    public static string Names => string.Join(", ", All.Select(static column => column.Name));

    static ListColumn Extra(string name, int rank, Func<ListRow, string> text, int preferred = 0) =>
        new(name, rank, text)
        {
            IsExtra = true,
            IsUsual = row => text(row) == None,
            Preferred = preferred,
            Least = Math.Min(preferred, 10),
        };

    static string PortsOf(ProcessStatus process) => process.Ports is { Count: > 0 } ports
        ? string.Join(',', ports.Select(static port => port.ToString(CultureInfo.InvariantCulture))) : None;

    static bool HasNoPorts(ListRow row) => row.Process.Ports is not { Count: > 0 };

    /// <summary>How the last run ended: its exit code, or the signal that ended it.</summary>
    static string ExitOf(ProcessStatus process) => process.Signal ?? Display.Number(process.ExitCode);

    static string HealthOf(ProcessStatus process) => process.Health switch
    {
        true => "healthy",
        false => "unhealthy",
        null => None,
    };

    static string NextRunOf(ListRow row) =>
        row.Process.NextRunAt is { } next ? Display.Moment(next, row.Now) : None;

    static string CommandOf(ProcessStatus process) =>
        string.Join(' ', new[] { process.Command }.Concat(process.Args ?? []).Select(ShellWords.Quote));
}
