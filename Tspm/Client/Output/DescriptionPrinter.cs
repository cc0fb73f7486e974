using System.Globalization;
using System.Text.Json;
using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// Prints the description of a process for people, one fact per line: aligned on a terminal, otherwise after a tab.
/// </summary>
internal static class DescriptionPrinter
{
    const int LabelWidth = 16;

    /// <param name="output">Standard output.</param>
    /// <param name="processes">The descriptions.</param>
    /// <param name="daemonUser">The name of the daemon's user; null if it is not known.</param>
    public static void Print(
        OutputWriter output, IReadOnlyList<ProcessDescription> processes, string? daemonUser = null)
    {
        var several = Display
            .WithSeveral(processes.Select(static process => (process.Status.Id, process.Status.Instance)));
        for (var i = 0; i < processes.Count; i++)
        {
            if (i > 0) output.WriteLine();
            var status = processes[i].Status;
            Line(output, "name", Display.Name(status.Name, status.Instance, several.Contains(status.Id)));
            if (processes[i].Config.IsJob) Line(output, "kind", "job");
            State(output, status);
            Files(output, status, daemonUser);
            Probes(output, processes[i]);
            History(output, processes[i]);
            Config(output, processes[i].Config);
        }
    }

    const int MostExits = 5;

    static readonly string[] ShownAbove = ["id", "name", "namespace", "projectDir", "command", "args", "user"];

    static void State(OutputWriter output, ProcessStatus status)
    {
        Line(output, "id", Display.Number(status.Id));
        Line(output, "namespace", Display.Text(status.Namespace));
        Line(output, "project", Display.Text(status.Project));
        Line(output, "state", Display.State(status));
        if (status.NextRunAt is { } next) Line(output, "next run", Display.TimeThere(next));
        var info = ProcessInfo.IsPressing(status)
            ? ProcessInfo.Describe(status, TimeProvider.System.GetLocalNow()) : "";
        if (info.Length > 0) Line(output, "info", info);
        Line(output, "desired", status.Desired == DesiredState.Up ? "up" : "down");
        Line(output, "reason", Display.Text(status.Reason));
        Line(output, "pid", Display.Number(status.Pid));
        Line(output, "uptime", Display.Uptime(status.UptimeMs));
        Line(output, "restarts", Display.Number(status.Restarts));
        Line(output, "failures", string.Create(CultureInfo.InvariantCulture, $"{status.ConsecutiveFailures} in a row"));
        Line(output, "last exit",
            status.ExitCode is { } code
                ? string.Create(CultureInfo.InvariantCulture, $"code {code}")
                : Display.Text(status.Signal));
        Line(output, "cpu", Display.Cpu(status.CpuPercent));
        Line(output, "memory", Display.Memory(status.MemoryBytes));
        if (status.Ports is { Count: > 0 } ports) Line(output, "ports", string.Join(", ", ports));
        Line(output, "started", Display.Time(status.StartedAt));
        Line(output, "created", Display.Time(status.CreatedAt));
    }

    static void Files(OutputWriter output, ProcessStatus status, string? daemonUser)
    {
        Line(output, "command", Display.Text(status.Command));
        if (status.Args is { } args)
            Line(output, "args", Display.Text(string.Join(' ', args.Select(Tspm.Text.ShellWords.Quote))));
        Line(output, "cwd", Display.Text(status.Cwd));
        var same = daemonUser is null ? "the daemon's user" : $"{ControlText.Escape(daemonUser)} (the daemon's user)";
        Line(output, "user", status.User is null ? same : Display.Text(status.User));
        Line(output, "out log", Display.Text(status.OutLog));
        Line(output, "err log", Display.Text(status.ErrLog));
    }

    static void Probes(OutputWriter output, ProcessDescription process)
    {
        if (process.Config.Ready is not null)
            Line(output, "ready", process.Status.Ready is { } ready ? ready ? "yes" : "not yet" : Display.Text(null));
        if (process.ReadyNote is { } note) Line(output, "ready by", Display.Text(note));
        if (process.Config.Health is not null)
            Line(output, "health", Health(process.Status));
        if (process.ProbeProblem is { } problem) Line(output, "probe", Display.Text(problem));
        if (process.Pending is { } pending) Line(output, "pending", PendingText.Describe(pending, process.Status.Name));
        if (process.WatchProblem is { } unwatched) Line(output, "watch", Display.Text(unwatched));
        if (process.StatusText is { } status) Line(output, "says", Display.Text(status));
    }

    static string Health(ProcessStatus status) => status switch
    {
        { Health: { } isGood } => isGood ? "good" : "bad",
        { Pid: not null } => "not checked yet",
        _ => Display.Text(null),
    };

    static void History(OutputWriter output, ProcessDescription process)
    {
        foreach (var address in process.Listen) Line(output, "listen", Display.Text(address));
        foreach (var member in process.Tree)
            Line(output, "tree",
                string.Create(CultureInfo.InvariantCulture,
                    $"{member.Pid} (parent {member.ParentPid}) {ControlText.Escape(member.Command)}"));
        foreach (var exit in process.RecentExits.Take(MostExits))
        {
            var (time, reason) = (Display.Time(exit.EndedAt), ControlText.Escape(exit.Reason));
            // The pid is unknown if daemon and guardian were killed while the child was being started.
            var pid = exit.Pid == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" pid {exit.Pid}");
            Line(output, "exit", $"{time}{pid}: {reason}");
        }
        var more = process.RecentExits.Count - MostExits;
        if (more <= 0) return;
        var name = Tspm.Text.ShellWords.Quote(process.Status.Name);
        Line(output, "exit", string.Create(
            CultureInfo.InvariantCulture, $"and {more} more: tspm why {name} -n {process.RecentExits.Count}"));
    }

    /// <summary>Prints the fields that are set in the config and not already printed above.</summary>
    static void Config(OutputWriter output, ProcessConfig config)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(config, Wire.Json.ProcessConfig));
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (ShownAbove.Contains(member.Name)) continue;
            // ToString would write True.
            var value = member.Value.ValueKind == JsonValueKind.String
                ? member.Value.GetString()! : member.Value.GetRawText();
            Line(output, "config", $"{member.Name} = {ControlText.Escape(value)}");
        }
    }

    static void Line(OutputWriter output, string label, string value)
    {
        if (output.IsTerminal) output.Write(label.PadRight(LabelWidth));
        else output.Write(label + '\t');
        output.WriteLine(value);
    }
}
