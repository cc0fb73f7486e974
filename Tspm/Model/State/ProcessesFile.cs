namespace Tspm.Model.State;

/// <summary>
/// The content of <c>processes.json</c>: everything that was acknowledged and must outlive the machine.
/// </summary>
internal sealed record ProcessesFile
{
    /// <summary>
    /// Version of this format. A newer one than <see cref="CurrentFormat"/> is never read, nor written over.
    /// </summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The number of the next definition: numbers are not used again.</summary>
    public required int NextId { get; init; }

    public required IReadOnlyList<SavedProcess> Processes { get; init; }

    /// <summary>Environments by key: equal ones are stored once.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Environments { get; init; }

    public static readonly ProcessesFile Empty = new()
    {
        Format = CurrentFormat,
        NextId = 0,
        Processes = [],
        Environments = new Dictionary<string, IReadOnlyDictionary<string, string>>(),
    };
}
