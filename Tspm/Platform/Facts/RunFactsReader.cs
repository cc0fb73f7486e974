using System.IO.Hashing;
using System.Text;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Platform.Facts;

/// <summary>
/// Reads the facts of one run. The facts that say most for the least time come first. If time runs out, a large program
/// stays without a hash, and a large checkout is compared only in part.
/// </summary>
internal static class RunFactsReader
{
    /// <summary>How many bytes are hashed between two checks of the clock.</summary>
    const int PartBytes = 64 << 10;

    /// <summary>
    /// Larger files are compared by size and time only: reading them completely at each start would cost too much.
    /// </summary>
    const long MostHashedBytes = 8 << 20;

    /// <summary>A larger environment is ignored: no kernel passes that many variables (man 2 execve).</summary>
    const int MostVariables = 20_000;

    /// <summary>Variables that Tspm sets to a new value for each run; they are not compared.</summary>
    static readonly string[] PerRunVariables =
        ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"];

    /// <summary>The facts known before reading, with everything else marked as not read.</summary>
    public static RunFacts Nothing(FactsRequest request) => request.Known with
    {
        NotRead = [RunChange.Program, RunChange.Script, RunChange.Environment, RunChange.Git],
    };

    /// <summary>Reads as much as the time budget allows; <see cref="RunFacts.NotRead"/> lists the rest.</summary>
    public static RunFacts Read(FactsRequest request, TimeBudget budget)
    {
        var notRead = new List<string>();
        var environment = request.Environment();
        var facts = request.Known with { Environment = Hashes(environment, request.Known.Salt ?? "", budget) };
        if (facts.Environment is null) notRead.Add(RunChange.Environment);
        var folder = request.WorkingDirectory;
        if (!budget.IsSpent) facts = facts with { Program = ProgramOf(request.Arguments[0], folder, environment) };
        if (facts.Program is null) notRead.Add(RunChange.Program);
        if (!budget.IsSpent)
        {
            if (ScriptArgument.In(request.Arguments, folder) is { } script)
                facts = facts with { Script = WithHash(FileAt(script), budget) };
        }
        else notRead.Add(RunChange.Script);
        if (!budget.IsSpent) facts = facts with { Git = GitCheckout.Around(folder)?.Read(budget) };
        else notRead.Add(RunChange.Git);
        return facts with { Program = WithHash(facts.Program, budget), NotRead = notRead.Count > 0 ? notRead : null };
    }

    /// <returns>Null if the environment, and thus the PATH, is not known.</returns>
    static FileFacts? ProgramOf(string program, string folder, IReadOnlyDictionary<string, string>? environment)
    {
        if (program.Contains('/')) return FileAt(Path.Combine(folder, program));
        if (environment is null) return null;
        var found = ProgramLookup.Find(program, folder, environment.GetValueOrDefault("PATH")).Path;
        return found is null ? new FileFacts { Path = program, IsMissing = true } : FileAt(Path.Combine(folder, found));
    }

    static FileFacts FileAt(string path)
    {
        var shown = Path.GetFullPath(path);
        if (SysStat.stat(path, out var status) != 0 || !status.IsRegularFile)
            return new FileFacts { Path = shown, IsMissing = true };
        return new FileFacts
        {
            Path = shown,
            SizeBytes = status.Size,
            ModifiedAt = status.Modified,
            Inode = status.Inode,
        };
    }

    /// <summary>Adds the hash of the content, if the time budget allows it.</summary>
    static FileFacts? WithHash(FileFacts? facts, TimeBudget budget)
    {
        if (facts is null or { IsMissing: true } or { SizeBytes: > MostHashedBytes } || budget.IsSpent) return facts;
        using var file = RegularFile.Open(facts.Path, out _);
        if (file is null) return facts;
        var hash = new XxHash128();
        var part = new byte[(int)Math.Min(PartBytes, facts.SizeBytes + 1)];
        for (long at = 0; ;)
        {
            if (budget.IsSpent) return facts;
            var count = RandomAccess.Read(file, part, at);
            at += count;
            hash.Append(part.AsSpan(0, count));
            if (count > 0) continue;
            var isWhole = at == facts.SizeBytes;
            return isWhole ? facts with { Hash = Convert.ToHexStringLower(hash.GetCurrentHash()) } : facts;
        }
    }

    /// <returns>Null if the environment is not known, or the time budget was not enough.</returns>
    static VariableHashes? Hashes(
        IReadOnlyDictionary<string, string>? environment, string salt, TimeBudget budget)
    {
        if (environment is null || environment.Count > MostVariables) return null;
        var key = Encoding.UTF8.GetBytes(salt);
        var (names, hashes) = (new List<string>(environment.Count), new List<ulong>(environment.Count));
        foreach (var (name, value) in environment)
        {
            if (budget.IsSpent) return null;
            if (Array.IndexOf(PerRunVariables, name) >= 0) continue;
            var hash = Sha256.Hmac(key, Encoding.UTF8.GetBytes(value));
            names.Add(name);
            // 64 bits are enough to tell values apart, and do not reveal them.
            hashes.Add(BitConverter.ToUInt64(hash, 0));
        }
        return new VariableHashes(names, hashes);
    }
}
