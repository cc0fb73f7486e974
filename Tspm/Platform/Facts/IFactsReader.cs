using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>What is to be read about one run, or about the one that would be started now.</summary>
internal sealed record FactsRequest
{
    /// <summary>What is known already; with the salt for the environment.</summary>
    public required RunFacts Known { get; init; }

    /// <summary>argv. The first one is looked up in the PATH of the environment when it has no slash.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Of the child. May read files; null: it cannot be told.</summary>
    public required Func<IReadOnlyDictionary<string, string>?> Environment { get; init; }
}

/// <summary>
/// Reads facts beside everything else. A file system that does not answer keeps the reader, and nobody else: what is
/// asked meanwhile is refused.
/// </summary>
internal interface IFactsReader
{
    /// <summary>
    /// Begins to read, within one time budget for all requests, and tells the result on another thread. False: nothing
    /// is read, there is too much to do, or the file system of an earlier request does not answer.
    /// </summary>
    bool TryRead(IReadOnlyList<FactsRequest> requests, Action<IReadOnlyList<RunFacts>> done);
}
