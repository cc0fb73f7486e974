namespace Tspm.Daemon.Control;

/// <summary>
/// The handlers by the methods that they answer. The build lists the files <c>Handlers/*Handler.cs</c> (see
/// Tspm.csproj), so a new handler is not named anywhere else; a test compares them with the rows of
/// <see cref="Protocol.Methods"/>.
/// </summary>
internal static partial class HandlerTable
{
    /// <summary>In the order of their names, whichever order the build found the files in.</summary>
    public static readonly Handler[] All =
        [.. Create().OrderBy(static handler => handler.Method.Name, StringComparer.Ordinal)];

    static readonly Dictionary<string, Handler> ByName =
        All.ToDictionary(static handler => handler.Method.Name, StringComparer.Ordinal);

    /// <summary>Null: there is no such method.</summary>
    public static Handler? Find(string method) => ByName.GetValueOrDefault(method);

    /// <summary>Written by the build: one of each.</summary>
    private static partial Handler[] Create();
}
