using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// The files and settings that a run was started with, as far as they were read at that time. They are kept with the
/// run record, so that <c>why</c> can say what has changed since. Values of the environment are not kept.
/// </summary>
internal sealed record RunFacts
{
    public ulong RunId { get; init; }

    public int Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The boot of the machine during which the run took place.</summary>
    public string? BootId { get; init; }

    /// <summary>The executed file.</summary>
    public FileFacts? Program { get; init; }

    /// <summary>The script, if the program is an interpreter; null if none was recognised.</summary>
    public FileFacts? Script { get; init; }

    /// <summary>The config without <c>env</c>.</summary>
    public ProcessConfig? Config { get; init; }

    /// <summary>
    /// A random value. Hashes in <see cref="Environment"/> can only be compared if they have the same salt.
    /// </summary>
    public string? Salt { get; init; }

    /// <summary>For each variable, the HMAC-SHA-256 of its value, with the salt as the key, cut to 8 bytes.</summary>
    public IReadOnlyDictionary<string, string>? Environment
    {
        get;
        init => field = VariableHashes.Packed(value);
    }

    /// <summary>The git checkout that contains the working directory; null if there is none.</summary>
    public GitFacts? Git { get; init; }

    /// <summary>Values of <see cref="RunChange.What"/> that were not read for lack of time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NotRead { get; init; }
}

/// <summary>The state of a file at one moment.</summary>
internal sealed record FileFacts
{
    public string Path { get => field ?? ""; init; }

    /// <summary>Whether the file was missing; then the members below mean nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsMissing { get; init; }

    public long SizeBytes { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }

    public ulong Inode { get; init; }

    /// <summary>XXH128 of the content; null if the file is too large or there was no time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hash { get; init; }
}

/// <summary>The state of a git checkout at one moment.</summary>
internal sealed record GitFacts
{
    /// <summary>The top folder of the checkout.</summary>
    public string Root { get => field ?? ""; init; }

    /// <summary>The commit that is checked out; null if there is none yet or it could not be read.</summary>
    public string? Commit { get; init; }

    /// <summary>The branch; null if none is checked out.</summary>
    public string? Branch { get; init; }

    /// <summary>
    /// XXH128 of the entries of the index, which changes when something else is staged. Null if the index was not read
    /// completely.
    /// </summary>
    public string? Staged { get; init; }

    /// <summary>The first <see cref="MostNames"/> tracked files that differ from the index.</summary>
    public IReadOnlyList<GitChange> Changed { get => field ?? []; init; }

    /// <summary>The number of tracked files that differ from the index.</summary>
    public int ChangedCount { get; init; }

    /// <summary>Whether all tracked files were compared.</summary>
    public bool IsComplete { get; init; }

    public const int MostNames = 20;
}

/// <summary>A tracked file that differs from the index.</summary>
internal sealed record GitChange
{
    /// <summary>The path, relative to the top folder.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary>When the file was modified; null if it is gone.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    public long SizeBytes { get; init; }
}
