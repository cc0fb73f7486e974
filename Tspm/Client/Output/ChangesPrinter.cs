using System.Globalization;
using System.Text.Json;
using Tspm.Client.Terminal;
using Tspm.Model.State;

namespace Tspm.Client.Output;

/// <summary>Prints the changes since the last run that stayed up, as part of the answer to <c>why</c>.</summary>
internal static class ChangesPrinter
{
    /// <summary>Prints nothing if no such run is known.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="changes">The run and what has changed since; null if no run is known.</param>
    /// <param name="present">The pid of the present child; null if there is none.</param>
    public static void Print(OutputWriter output, RunChanges? changes, int? present)
    {
        if (changes is null) return;
        // That nothing has changed since the present run began says nothing about an exit.
        var isRunning = changes.Since.Pid == present;
        var since =
            $"since the last run that stayed up (pid {Display.Number(changes.Since.Pid)}{Started(changes.Since)})";
        if (changes.Changes.Count > 0) output.WriteLine($"changed {since}:");
        else if (!isRunning) output.WriteLine($"no known change {since}");
        foreach (var change in changes.Changes)
            output.WriteLine($"  {change.What}: {ControlText.Escape(change.Sentence)}");
        if (changes.NotKnown is { } unknown)
            output.WriteLine(
                $"  incomplete: {string.Join(", ", unknown)} (reading stopped after 20 ms)");
    }

    static string Started(RunOfChanges run) => run.StartedAt is { } at ? $", started {LogPrinter.TimeOf(at)}" : "";

    /// <summary>Writes <c>changedSince</c>, <c>changedUntil</c>, <c>changes</c> and <c>changesNotKnown</c>.</summary>
    public static void Write(Utf8JsonWriter json, RunChanges? changes)
    {
        Write(json, "changedSince"u8, changes?.Since);
        Write(json, "changedUntil"u8, changes?.Until);
        if (changes is null)
        {
            json.WriteNull("changes"u8);
            json.WriteNull("changesNotKnown"u8);
            return;
        }
        json.WriteStartArray("changes"u8);
        foreach (var change in changes.Changes) Write(json, change);
        json.WriteEndArray();
        Write(json, "changesNotKnown"u8, changes.NotKnown ?? []);
    }

    static void Write(Utf8JsonWriter json, RunChange change)
    {
        json.WriteStartObject();
        json.WriteString("what"u8, change.What);
        if (change.Names is { } names) Write(json, "names"u8, names);
        if (change.Before is { } before) json.WriteString("before"u8, before);
        if (change.After is { } after) json.WriteString("after"u8, after);
        if (change.Time is { } time) json.WriteString("time"u8, time.ToString("o", CultureInfo.InvariantCulture));
        json.WriteString("sentence"u8, change.Sentence);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> member, RunOfChanges? run)
    {
        if (run is null)
        {
            json.WriteNull(member);
            return;
        }
        json.WriteStartObject(member);
        json.WriteNumber("pid"u8, run.Pid);
        json.WriteString("runId"u8, run.RunId);
        if (run.StartedAt is { } at) json.WriteString("startedAt"u8, at.ToString("o", CultureInfo.InvariantCulture));
        else json.WriteNull("startedAt"u8);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> member, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(member);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
