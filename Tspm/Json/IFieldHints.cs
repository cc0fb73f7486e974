namespace Tspm.Json;

/// <summary>Knowledge about the fields of some types beyond their names, for messages about unknown fields.</summary>
internal interface IFieldHints
{
    /// <summary>The name of the field that other tools call <paramref name="name"/>.</summary>
    /// <returns>Null if no tool has such a name.</returns>
    string? SynonymOf(Type owner, string name);

    /// <summary>A phrase that says where to find all fields of the type.</summary>
    /// <returns>Null if the message should list the fields itself.</returns>
    string? WhereToLook(Type owner);
}
