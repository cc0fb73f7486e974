using System.Globalization;
using System.Text;
using System.Text.Json;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Legacy;

/// <summary>
/// Imports the process list of an older Tspm when a daemon starts on an empty home. The list itself is only read. The
/// result is recorded in <c>migration.json</c>, and a one-line summary is left for the next command to print. The state
/// is saved before any process is started, so if the daemon dies in between, the next one repeats the import or finds
/// it completed.
/// </summary>
internal sealed class Migration
{
    const string Guide = "see MIGRATION.md";

    /// <summary>Size limit for the record of an earlier migration, which is a list of names and ids.</summary>
    const int MaxRecordBytes = 16 << 20;

    /// <summary>The state to save before anything is started; null if nothing was imported.</summary>
    public ProcessesFile? Content { get; private set; }

    /// <summary>What was imported, or why nothing could be, in one sentence.</summary>
    public required string Sentence { get; init; }

    string _record = "";

    /// <summary>Reads the legacy list and prepares the import.</summary>
    /// <param name="clock">Gives the time of the import.</param>
    /// <param name="environment">
    /// The daemon's own environment, which the processes get: the old manager gave them its own environment.
    /// </param>
    /// <returns>Null if there is no legacy list, or an empty one.</returns>
    public static Migration? Prepare(TimeProvider clock, Dictionary<string, string> environment)
    {
        if (LegacyFinder.UserHome is not { } userHome || LegacyFinder.Find(userHome) is not { } found) return null;
        if (found.List.Problem is { } problem)
        {
            var broken = new Migration
            {
                Sentence = $"the old process list {found.Path} could not be read, so nothing was imported: "
                    + $"{problem}; correct it and run tspm migrate; {Guide}",
            };
            broken._record = Record(clock, found, [], [], broken.Sentence);
            return broken;
        }
        if (found.List.Processes.Count == 0) return null;
        var (key, now, running) = (EnvironmentKey.For(environment), clock.GetUtcNow(), RunningPrograms.Read());
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
                Desired = isUp ? DesiredState.Up : DesiredState.Down,
                EnvironmentKey = key,
                CreatedAt = now,
            });
        }
        var migration = new Migration
        {
            Content = new ProcessesFile
            {
                Format = ProcessesFile.CurrentFormat,
                NextId = ids.Next,
                Processes = [.. definitions.OrderBy(static definition => definition.Id)],
                Environments = new Dictionary<string, IReadOnlyDictionary<string, string>> { [key] = environment },
            },
            Sentence = SentenceOf(found, definitions, former),
        };
        migration._record = Record(clock, found, definitions, former, null);
        return migration;
    }

    /// <summary>
    /// Writes the record, and the line for the next command unless an earlier start already left the same line.
    /// </summary>
    /// <returns>Null if the record was written, else a sentence that says why it was not.</returns>
    public string? Write(TspmHome home)
    {
        try
        {
            // A list that cannot be read is found again at every start, but is reported once.
            var earlier = Platform.RegularFile.Read(home.MigrationFile, MaxRecordBytes, out _);
            var isNew = earlier is null
                || earlier.AsSpan().IndexOf(JsonEncodedText.Encode(Sentence).EncodedUtf8Bytes) < 0;
            AtomicFile.Write(home.MigrationFile, Encoding.UTF8.GetBytes(_record), durable: true);
            if (isNew) CommandNotice.Leave(home.NoticeFile, Sentence);
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
            $"{definitions.Count} {(definitions.Count == 1 ? "process was" : "processes were")} imported from the "
                + $"old list {found.Path} (the file is unchanged)");
        var held = Array.FindAll(former, static program => program is not null).Length;
        if (held > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"; {held} still {(held == 1 ? "runs" : "run")} elsewhere and {(held == 1 ? "was" : "were")} not "
                    + $"started here: tspm migrate --take-over");
        if (found.List.Processes.TrueForAll(static process => process.IsUp is null))
            text.Append("; the list does not say which processes should run; to start all: tspm start-all");
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

    /// <summary>
    /// Assigns ids. Numeric old ids are kept, so that they keep working as selectors; the others get higher numbers.
    /// </summary>
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
