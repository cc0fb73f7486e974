namespace Tspm.Model.State;

/// <summary>
/// The content of <c>processes.json</c>: everything that was acknowledged and must survive a restart of the machine.
/// </summary>
internal sealed record ProcessesFile
{
    /// <summary>The version of this format. A file with a newer version is neither read nor overwritten.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The id of the next definition; ids are never reused.</summary>
    public required int NextId { get; init; }

    public required IReadOnlyList<SavedProcess> Processes { get; init; }

    /// <summary>Environments by key; equal ones are stored once.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Environments { get; init; }

    public static readonly ProcessesFile Empty = new()
    {
        Format = CurrentFormat,
        NextId = 0,
        Processes = [],
        Environments = new Dictionary<string, IReadOnlyDictionary<string, string>>(),
    };
}
