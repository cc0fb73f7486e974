using System.Globalization;
using System.Text;
using System.Text.Json;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Legacy;

/// <summary>
/// The first start of a daemon on an empty home takes over the process list of an older Tspm. Its file is only read.
/// What was done is in <c>migration.json</c>, and one line of it is left for the next command to say. Saved before
/// anything is started, so a daemon that dies in the middle is followed by one that does the same again, or finds it
/// done.
/// </summary>
internal sealed class Migration
{
    const string Guide = "the guide is MIGRATION.md";

    /// <summary>Of the record of an earlier migration: a list of names and ids.</summary>
    const int MaxRecordBytes = 16 << 20;

    /// <summary>What is to be saved first of all; null: nothing was taken over.</summary>
    public ProcessesFile? Content { get; private set; }

    /// <summary>What was done or could not be done, in one sentence.</summary>
    public required string Sentence { get; init; }

    string _record = "";

    /// <summary>Null: there is no old list, or nothing in it.</summary>
    /// <param name="environment">
    /// What the old processes had was the environment of whatever started their manager: now it is this daemon's own.
    /// </param>
    public static Migration? Prepare(TimeProvider clock, Dictionary<string, string> environment)
    {
        if (LegacyFinder.UserHome is not { } userHome || LegacyFinder.Find(userHome) is not { } found) return null;
        if (found.List.Problem is { } problem)
        {
            var broken = new Migration
            {
                Sentence = $"the old process list {found.Path} could not be read and nothing was taken over: "
                    + $"{problem}; mend it and run tspm migrate; {Guide}",
            };
            broken._record = Record(clock, found, [], [], broken.Sentence);
            return broken;
        }
        if (found.List.Processes.Count == 0) return null;
        var (key, now, running) = (EnvironmentKey.Of(environment), clock.GetUtcNow(), RunningPrograms.Read());
        var former = new LegacyProgram?[found.List.Processes.Count];
        var definitions = new List<SavedProcess>(former.Length);
        var ids = new Numbers(found.List.Processes);
        for (var i = 0; i < former.Length; i++)
        {
            var process = found.List.Processes[i];
            former[i] = LegacyPrograms.Find(process.Config, running);
            var isUp = process.IsUp ?? former[i] is not null;
            definitions.Add(new SavedProcess
            {
                Id = ids.Of(process),
                Config = process.Config,
                Desired = isUp
                    ? DesiredState.Up
                    : DesiredState.Down,
                EnvironmentKey = key,
                CreatedAt = now,
            });
        }
        definitions.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        var migration = new Migration
        {
            Content = new ProcessesFile
            {
                Format = ProcessesFile.CurrentFormat,
                NextId = ids.Next,
                Processes = definitions,
                Environments = new Dictionary<string, IReadOnlyDictionary<string, string>> { [key] = environment },
            },
            Sentence = SentenceOf(found, definitions, former),
        };
        migration._record = Record(clock, found, definitions, former, null);
        return migration;
    }

    /// <summary>
    /// Writes the record, and the line for the next command unless the same was said already. Null, or why it could not
    /// be written.
    /// </summary>
    public string? Write(TspmHome home)
    {
        try
        {
            // The same trouble as at the last start: it was told.
            var said = Platform.RegularFile.Read(home.MigrationFile, MaxRecordBytes, out _);
            var isNews = said is null || said.AsSpan().IndexOf(JsonEncodedText.Encode(Sentence).EncodedUtf8Bytes) < 0;
            AtomicFile.Write(home.MigrationFile, Encoding.UTF8.GetBytes(_record), durable: true);
            if (isNews) AtomicFile.Write(home.NoticeFile, Encoding.UTF8.GetBytes(Sentence), durable: false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{Path.GetFileName(home.MigrationFile)} could not be written: {Platform.FileSystem.Describe(e)}";
        }
    }

    static string SentenceOf(FoundList found, List<SavedProcess> definitions, LegacyProgram?[] former)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{definitions.Count} {(definitions.Count == 1 ? "process was" : "processes were")} taken over from the "
                + $"old list {found.Path} (left as it is)");
        var held = Array.FindAll(former, static program => program is not null).Length;
        if (held > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"; {held} still {(held == 1 ? "runs" : "run")} elsewhere and {(held == 1 ? "is" : "are")} not "
                    + $"started here: tspm migrate --take-over");
        if (found.List.Processes.TrueForAll(static process => process.IsUp is null))
            text.Append("; the list does not say what should run: tspm start-all");
        if (found.List.Remarks.Count > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"; {found.List.Remarks.Count} {(found.List.Remarks.Count == 1 ? "remark" : "remarks")}: tspm migrate");
        return text.Append("; ").Append(Guide).ToString();
    }

    static string Record(TimeProvider clock, FoundList found, List<SavedProcess> definitions, LegacyProgram?[] former,
        string? problem)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("at"u8, clock.GetUtcNow());
            json.WriteString("from"u8, found.Path);
            if (problem is not null) json.WriteString("problem"u8, problem);
            else json.WriteString("done"u8, SentenceOf(found, definitions, former));
            Names(json, "remarks"u8, found.List.Remarks);
            Names(json, "notLookedAt"u8, found.Others);
            json.WriteStartArray("processes"u8);
            for (var i = 0; i < former.Length; i++)
            {
                var config = found.List.Processes[i].Config;
                var definition = definitions.Find(definition => definition.Name == config.Name)!;
                json.WriteStartObject();
                json.WriteNumber("id"u8, definition.Id);
                json.WriteString("name"u8, definition.Name);
                json.WriteString("legacyId"u8, config.LegacyId);
                json.WriteString("desired"u8, definition.Desired == DesiredState.Up ? "up"u8 : "down"u8);
                if (former[i] is { } program) json.WriteNumber("runsAsPid"u8, program.Program.Pid);
                if (former[i]?.Manager is { } manager) json.WriteNumber("keptByPid"u8, manager.Pid);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    static void Names(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Old numbers stay what they are, so that they stay selectors; the others come behind.</summary>
    sealed class Numbers
    {
        public Numbers(List<LegacyProcess> processes)
        {
            foreach (var process in processes)
                if (process.Number is { } number and < int.MaxValue / 2) Next = Math.Max(Next, number + 1);
        }

        public int Next { get; private set; }

        public int Of(LegacyProcess process) => process.Number is { } number and < int.MaxValue / 2 ? number : Next++;
    }
}
