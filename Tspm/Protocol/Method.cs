namespace Tspm.Protocol;

/// <summary>One row of <see cref="Methods"/>, without the types of its messages.</summary>
/// <param name="name">The name in a request, which is also the verb on the command line.</param>
/// <param name="kind">What the method does.</param>
internal abstract class Method(string name, MethodKind kind)
{
    public string Name => name;

    public MethodKind Kind => kind;

    /// <summary>Whether the method changes nothing, so that a client may repeat it.</summary>
    public bool OnlyReads => kind is MethodKind.Reads or MethodKind.Streams;

    public sealed override string ToString() => name;
}

/// <summary>One row of <see cref="Methods"/>. The compiler knows the message types of a method on both sides.</summary>
internal sealed class Method<TRequest, TResponse>(string name, MethodKind kind) : Method(name, kind)
    where TRequest : class
    where TResponse : class;
