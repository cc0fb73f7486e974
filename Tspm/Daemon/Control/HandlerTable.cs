namespace Tspm.Daemon.Control;

/// <summary>
/// Finds handlers by method. The build lists the files <c>Handlers/*Handler.cs</c> (see Tspm.csproj), so a new handler
/// need not be registered; a test compares the handlers with the rows of <see cref="Protocol.Methods"/>.
/// </summary>
internal static partial class HandlerTable
{
    /// <summary>All handlers, sorted by method name.</summary>
    public static readonly Handler[] All =
        [.. Create().OrderBy(static handler => handler.Method.Name, StringComparer.Ordinal)];

    static readonly Dictionary<string, Handler> ByName =
        All.ToDictionary(static handler => handler.Method.Name, StringComparer.Ordinal);

    /// <returns>Null if there is no such method.</returns>
    public static Handler? Find(string method) => ByName.GetValueOrDefault(method);

    /// <summary>Creates one handler of each class; the build generates the body.</summary>
    private static partial Handler[] Create();
}
