namespace Tspm.Model.State;

/// <summary>
/// What an executable says of itself before it may take over from another version (the hidden word <c>__probe</c>, one
/// line of JSON on standard output). Numbers are the newest that it reads:
/// each version reads all earlier ones. Members are only ever added, and never change meaning.
/// </summary>
internal sealed record VersionProof
{
    public required string Version { get; init; }
    public required int ProtocolVersion { get; init; }
    /// <summary>Of <c>processes.json</c>.</summary>
    public required int ProcessesFormat { get; init; }
    /// <summary>Of the records under <c>run/</c>.</summary>
    public required int RunRecordFormat { get; init; }
    /// <summary>Of what one guardian hands to the next.</summary>
    public required int HandoverFormat { get; init; }
}
