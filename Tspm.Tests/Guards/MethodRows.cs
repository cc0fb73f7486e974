using System.Reflection;
using Tspm.Protocol;

namespace Tspm.Tests.Guards;

/// <summary>The rows of the table of methods, and what follows from them.</summary>
internal static class MethodRows
{
    /// <summary>In the order of the table.</summary>
    public static IReadOnlyList<Method> All { get; } =
    [
        .. typeof(Methods).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (Method)field.GetValue(null)!),
    ];

    /// <summary>The name and type of the message; its golden file has the name.</summary>
    public static (string Name, Type Type) RequestOf(Method method) => Message(method, 0, "Request");

    /// <inheritdoc cref="RequestOf"/>
    public static (string Name, Type Type) ResponseOf(Method method) => Message(method, 1, "Response");

    static (string Name, Type Type) Message(Method method, int place, string ending) =>
        ($"{char.ToUpperInvariant(method.Name[0])}{method.Name[1..]}{ending}",
            method.GetType().GetGenericArguments()[place]);
}
