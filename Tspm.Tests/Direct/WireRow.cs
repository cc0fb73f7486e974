using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>One request that no command of this version sends in this form, and its answer.</summary>
/// <param name="Method">What is asked for.</param>
/// <param name="Params">The parameters, as JSON.</param>
internal sealed record WireRow(Method Method, string Params)
{
    /// <summary>Command lines that came before, and worked.</summary>
    public string[] Given { get; init; } = [];

    /// <summary>The code of the error; 0: there is an answer.</summary>
    public int Error { get; init; }

    /// <summary>What the answer or the error holds, see <see cref="JsonFacts"/>.</summary>
    public string[] Holds { get; init; } = [];

    /// <summary>What must be true then.</summary>
    public Func<VerbWorld, bool>? Then { get; init; }

    public string Name => $"{Method} {Params}";
}
