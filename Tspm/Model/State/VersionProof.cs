namespace Tspm.Model.State;

/// <summary>
/// The report of an executable about itself before it may replace another version (the hidden word <c>__probe</c>; one
/// line of JSON on standard output). Each format number is the newest one that the version reads; each version reads
/// all earlier ones. Members are only added, and never change their meaning.
/// </summary>
internal sealed record VersionProof
{
    public required string Version { get; init; }
    public required int ProtocolVersion { get; init; }
    /// <summary>The format of <c>processes.json</c>.</summary>
    public required int ProcessesFormat { get; init; }
    /// <summary>The format of the records under <c>run/</c>.</summary>
    public required int RunRecordFormat { get; init; }
    /// <summary>The format of the data that one guardian hands over to the next.</summary>
    public required int HandoverFormat { get; init; }
}
