using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// What a run was started with, as far as it was read at that time: kept with the run record, so that <c>why</c> can
/// say what has changed since. No value of the environment is in it.
/// </summary>
internal sealed record RunFacts
{
    public ulong RunId { get; init; }

    public int Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The boot of the machine in which it ran.</summary>
    public string? BootId { get; init; }

    /// <summary>The file that was executed.</summary>
    public FileFacts? Program { get; init; }

    /// <summary>The file that the program, an interpreter, was to run; null: none was recognised.</summary>
    public FileFacts? Script { get; init; }

    /// <summary>Without <c>env</c>.</summary>
    public ProcessConfig? Config { get; init; }

    /// <summary>Random; the hashes of <see cref="Environment"/> are comparable with those of the same salt.</summary>
    public string? Salt { get; init; }

    /// <summary>By variable: HMAC-SHA-256 of its value, with the salt as key, cut to 8 bytes.</summary>
    public IReadOnlyDictionary<string, string>? Environment
    {
        get;
        init => field = VariableHashes.Packed(value);
    }

    /// <summary>The checkout that the working directory is in; null: it is in none.</summary>
    public GitFacts? Git { get; init; }

    /// <summary>Values of <see cref="RunChange.What"/> about which nothing is known, for want of time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NotRead { get; init; }
}

/// <summary>A file at one moment.</summary>
internal sealed record FileFacts
{
    public string Path { get => field ?? ""; init; }

    /// <summary>Nothing was there; what follows says nothing then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsMissing { get; init; }

    public long SizeBytes { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }

    public ulong Inode { get; init; }

    /// <summary>XXH128 of the content; null: it is too large, or there was no time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hash { get; init; }
}

/// <summary>A git checkout at one moment.</summary>
internal sealed record GitFacts
{
    /// <summary>Its top folder.</summary>
    public string Root { get => field ?? ""; init; }

    /// <summary>Null: there is none yet, or its name could not be read.</summary>
    public string? Commit { get; init; }

    /// <summary>Null: no branch is checked out.</summary>
    public string? Branch { get; init; }

    /// <summary>
    /// XXH128 of what the index names: it differs when something else is staged. Null: not read to the end.
    /// </summary>
    public string? Staged { get; init; }

    /// <summary>Tracked files that differ from the index, the first <see cref="MostNames"/> of them.</summary>
    public IReadOnlyList<GitChange> Changed { get => field ?? []; init; }

    /// <summary>How many there are.</summary>
    public int ChangedCount { get; init; }

    /// <summary>All tracked files were compared.</summary>
    public bool IsComplete { get; init; }

    public const int MostNames = 20;
}

/// <summary>A tracked file that differs from the index.</summary>
internal sealed record GitChange
{
    /// <summary>Relative to the top folder.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary>Null: the file is gone.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    public long SizeBytes { get; init; }
}
