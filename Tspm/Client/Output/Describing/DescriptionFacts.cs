using System.Globalization;
using System.Text.Json;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Output.Describing;

/// <summary>The facts about a process that are the same on a terminal and in a pipe.</summary>
internal static class DescriptionFacts
{
    /// <summary>The most exits to show; <c>why</c> has the rest.</summary>
    const int MostExits = 5;

    static readonly string[] ShownAbove = ["id", "name", "namespace", "projectDir", "command", "args", "user", "env"];

    /// <summary>Probes, and what is wrong or waiting.</summary>
    public static IEnumerable<Fact> Checks(ProcessDescription process)
    {
        if (process.Config.Ready is not null)
            yield return new Fact("ready",
                process.Status.Ready is { } ready ? ready ? "yes" : "not yet" : Display.Text(null));
        if (process.ReadyNote is { } note) yield return Sentence("ready by", Display.Text(note));
        if (process.Config.Health is not null) yield return new Fact("health", Health(process.Status));
        if (process.ProbeProblem is { } problem) yield return Sentence("probe", Display.Text(problem));
        if (process.Pending is { } pending)
        {
            var words = PendingText.Describe(pending, process.Status.Name);
            yield return Sentence("pending", HintedCommands.Complete(words));
        }
        if (process.WatchProblem is { } unwatched) yield return Sentence("watch", Display.Text(unwatched));
        if (process.StatusText is { } status) yield return Sentence("says", Display.Text(status));
    }

    /// <summary>The last lines that the process printed.</summary>
    public static IEnumerable<Fact> Output(IEnumerable<string> lines) =>
        lines.Select(static line => new Fact("output", line));

    /// <summary>The ports of the tree, and the addresses that the daemon holds for it.</summary>
    public static IEnumerable<Fact> Listening(ProcessDescription process)
    {
        if (process.Status.Ports is { Count: > 0 } ports) yield return new Fact("ports", string.Join(", ", ports));
        foreach (var address in process.Listen) yield return new Fact("listen", Display.Text(address));
    }

    /// <summary>The last exits, the newest first, one on each line.</summary>
    /// <param name="process">The process.</param>
    /// <param name="time">Formats the time of an exit.</param>
    public static IEnumerable<Fact> Exits(ProcessDescription process, Func<DateTimeOffset, string> time)
    {
        foreach (var exit in process.RecentExits.Take(MostExits))
        {
            // The pid is unknown if daemon and guardian were killed while the child was being started.
            var pid = exit.Pid == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" pid {exit.Pid}");
            yield return new Fact("exit", $"{time(exit.EndedAt)}{pid}: {ControlText.Escape(exit.Reason)}");
        }
        var more = process.RecentExits.Count - MostExits;
        if (more <= 0) yield break;
        var name = ShellWords.Quote(process.Status.Name);
        yield return new Fact("exit", HintedCommands.Complete(string.Create(
            CultureInfo.InvariantCulture, $"and {more} more: tspm why {name} -n {process.RecentExits.Count}")));
    }

    /// <summary>Where and as whom the program runs, and where its output goes.</summary>
    public static IEnumerable<Fact> Command(Described described)
    {
        var status = described.Status;
        yield return new Fact("command", Display.Text(status.Command));
        if (status.Args is { } args)
            yield return new Fact("args", Display.Text(string.Join(' ', args.Select(ShellWords.Quote))));
        yield return new Fact("cwd", Display.Text(status.Cwd));
        var same = described.DaemonUser is { } user ? $"{ControlText.Escape(user)} (the daemon's user)"
            : "the daemon's user";
        yield return new Fact("user", status.User is null ? same : Display.Text(status.User));
        yield return new Fact("out log", Display.Text(status.OutLog));
        yield return new Fact("err log", Display.Text(status.ErrLog));
    }

    /// <summary>The fields that are set in the config and that no other fact shows, and the variables of env.</summary>
    public static IEnumerable<Fact> Config(ProcessConfig config, bool showsSecrets)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(config, Wire.Json.ProcessConfig));
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (ShownAbove.Contains(member.Name)) continue;
            // ToString would write True.
            var value = member.Value.ValueKind == JsonValueKind.String
                ? member.Value.GetString()! : member.Value.GetRawText();
            yield return new Fact("config", $"{member.Name} = {ControlText.Escape(value)}");
        }
        foreach (var (name, value) in config.Env ?? new Dictionary<string, string>())
        {
            var shown = !showsSecrets && ShownValue.IsSecret(name, value) ? ShownValue.Hidden : value;
            yield return new Fact("env", ControlText.Escape($"{name}={shown}"));
        }
    }

    static Fact Sentence(string label, string text) => new(label, text) { IsSentence = true };

    static string Health(ProcessStatus status) => status switch
    {
        { Health: { } isGood } => isGood ? "good" : "bad",
        { Pid: not null } => "not checked yet",
        _ => Display.Text(null),
    };
}
