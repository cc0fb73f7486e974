namespace Tspm.Json;

/// <summary>
/// What is known about the fields of some types beyond their names: for sentences about unknown fields.
/// </summary>
internal interface IFieldHints
{
    /// <summary>What the field is called here that somebody wrote by another tool's name; null: not known.</summary>
    string? SynonymOf(Type owner, string name);

    /// <summary>Where all fields of the type can be seen, as a phrase; null: the sentence lists them.</summary>
    string? WhereToLook(Type owner);
}
