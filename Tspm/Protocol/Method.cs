namespace Tspm.Protocol;

/// <summary>One row of <see cref="Methods"/>, without the types of its messages.</summary>
/// <param name="name">As it stands in a request; also the verb of the command line.</param>
/// <param name="kind">What the method does.</param>
internal abstract class Method(string name, MethodKind kind)
{
    public string Name => name;

    public MethodKind Kind => kind;

    /// <summary>Asked twice, it does no harm.</summary>
    public bool OnlyReads => kind is MethodKind.Reads or MethodKind.Streams;

    public sealed override string ToString() => name;
}

/// <summary>One row of <see cref="Methods"/>: on both sides, the compiler knows the messages of a method.</summary>
internal sealed class Method<TRequest, TResponse>(string name, MethodKind kind) : Method(name, kind)
    where TRequest : class
    where TResponse : class;
