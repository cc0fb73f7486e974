using System.Globalization;
using System.Text.Json;
using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Client.Why;
using Tspm.Config.Validation;
using Tspm.Events;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Output;

/// <summary>
/// Prints the answer to <c>why</c>: one line per exit, the newest first, then the last output. On a terminal, a
/// timeline of the exits comes first. JSON: one object for one instance, an array for several.
/// </summary>
internal static class WhyPrinter
{
    public static void Print(OutputWriter output, WhyReport report, bool json)
    {
        var several = report.Instances.Count > 1;
        if (!json)
        {
            foreach (var instance in report.Instances) Print(output, instance, several, report.KnownSince);
            foreach (var hint in Hints(report)) output.WriteLine(ControlText.Escape(hint));
            return;
        }
        using (var writer = new Utf8JsonWriter(output.Buffer, JsonPrinter.Options))
        {
            if (several) writer.WriteStartArray();
            foreach (var instance in report.Instances) Write(writer, instance);
            if (several) writer.WriteEndArray();
        }
        output.WriteLine();
    }

    static void Print(OutputWriter output, WhyInstance instance, bool several, DateTimeOffset? knownSince)
    {
        var now = TimeProvider.System.GetLocalNow();
        var name = Display.Name(instance.Name, instance.Instance, several && instance.Instance > 0);
        if (instance.Status is { } status) output.WriteLine($"{name} is {Display.State(status)}: {Reason(status)}");
        else if (instance.WasWithdrawn) output.WriteLine($"{name} (removed, because it could not be started)");
        else if (instance.IsDeleted) output.WriteLine($"{name} (deleted)");
        else if (several) output.WriteLine(name);
        if (!instance.HasEnded) output.WriteLine("no exits recorded yet");
        if (output.IsTerminal && ExitTimeline.From(instance.AllExits, now, knownSince) is { } timeline)
            TimelinePrinter.Print(output, timeline);
        var column = output.IsTerminal ? "  " : "\t";
        foreach (var exit in instance.Exits)
        {
            var happened = exit.Event;
            var what = happened.Kind == EventKind.Failed ? "could not be started" : EventText.Exit(happened);
            var child = happened.Kind == EventKind.Failed
                ? "did not run"
                : $"pid {Display.Number(happened.Pid)} after {Display.Uptime(happened.UptimeMs)}";
            var time = output.IsTerminal ? EventTime.Format(happened.Time, now)
                : LogPrinter.TimeOf(happened.Time);
            output.WriteLine($"{time}{column}{child}{column}{what}: {ControlText.Escape(exit.Words)}");
        }
        ChangesPrinter.Print(output, instance.Changes, instance.Status?.Pid);
        if (instance.LastLines.Count == 0) return;
        output.WriteLine($"last lines of pid {Display.Number(instance.Newest?.Pid)}:");
        foreach (var line in instance.LastLines) output.WriteLine("  " + ControlText.Escape(line));
    }

    /// <summary>The reason, without the hint to type <c>why</c>, which the user has just done.</summary>
    static string Reason(ProcessStatus status)
    {
        var name = ShellWords.Quote(status.Name);
        var reason = status.Reason.Replace($"; see: tspm why {name}", "", StringComparison.Ordinal);
        var again = status.State == ProcessState.Errored ? $"; to start it again: tspm start {name}" : "";
        return Display.Text(HintedCommands.Complete(reason + again));
    }

    /// <summary>Hints for causes that are typical of users of other managers, once for each process.</summary>
    static List<string> Hints(WhyReport report)
    {
        var hints = new List<string>();
        foreach (var instance in report.Instances)
        {
            if (instance is not { Status: not null, Config: { } config }) continue;
            var sharesPort = config is { Instances: > 1, Listen: not { Count: > 0 } };
            if (sharesPort && SharedPort.IsTaken(instance.LastLines)) Add(SharedPort.Remedy(instance.Name));
            if (instance.Newest is { Cause: CauseCode.Exit, ExitCode: 0 }) Add(ScheduleRules.JobHint(config));
        }
        return hints;

        void Add(string? hint)
        {
            if (hint is not null && !hints.Contains(hint)) hints.Add(hint);
        }
    }

    static void Write(Utf8JsonWriter json, WhyInstance instance)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, instance.Id);
        json.WriteString("name"u8, instance.Name);
        json.WriteNumber("instance"u8, instance.Instance);
        Text(json, "state"u8, instance.Status is { } status ? Display.State(status.State) : null);
        json.WriteBoolean("deleted"u8, instance.IsDeleted);
        Text(json, "reason"u8, instance.Status?.Reason);
        json.WriteStartArray("exits"u8);
        foreach (var exit in instance.Exits) Write(json, exit);
        json.WriteEndArray();
        ChangesPrinter.Write(json, instance.Changes);
        json.WriteStartArray("lastLines"u8);
        foreach (var line in instance.LastLines) json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, WhyExit exit)
    {
        var happened = exit.Event;
        json.WriteStartObject();
        json.WriteString("time"u8, happened.Time.ToString("o", CultureInfo.InvariantCulture));
        json.WriteString("kind"u8, happened.Kind);
        Number(json, "pid"u8, happened.Pid);
        Text(json, "runId"u8, happened.RunId);
        Number(json, "uptimeMs"u8, happened.UptimeMs);
        Number(json, "exitCode"u8, happened.ExitCode);
        Text(json, "signal"u8, happened.Signal);
        Text(json, "cause"u8, exit.Cause);
        Text(json, "request"u8, happened.Request);
        Text(json, "outcome"u8, happened.Outcome);
        json.WriteString("why"u8, exit.Words);
        json.WriteBoolean("killed"u8, exit.WasKilled);
        Number(json, "byUid"u8, happened.ByUid);
        Number(json, "byPid"u8, happened.ByPid);
        json.WriteEndObject();
    }

    static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> member, string? text)
    {
        if (text is null) json.WriteNull(member);
        else json.WriteString(member, text);
    }

    static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> member, long? number)
    {
        if (number is { } known) json.WriteNumber(member, known);
        else json.WriteNull(member);
    }
}
