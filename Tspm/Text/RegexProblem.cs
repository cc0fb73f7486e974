using System.Text.RegularExpressions;

namespace Tspm.Text;

/// <summary>
/// Plain words for errors in a regular expression: the trimmed executable does not contain the messages of the
/// framework.
/// </summary>
internal static class RegexProblem
{
    /// <summary>A phrase such as "a '(' is not closed", to be followed by "at position N".</summary>
    public static string Describe(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "a '(' is not closed",
        RegexParseError.InsufficientOpeningParentheses => "a ')' has no '('",
        RegexParseError.UnterminatedBracket => "a '[' is not closed",
        RegexParseError.QuantifierAfterNothing => "a quantifier has nothing to repeat (write .* for \"anything\")",
        RegexParseError.NestedQuantifiersNotParenthesized => "a quantifier follows another quantifier",
        RegexParseError.UnescapedEndingBackslash => "a trailing backslash",
        RegexParseError.UnrecognizedEscape => "an unknown escape",
        RegexParseError.ReversedCharacterRange => "a range in reverse order",
        RegexParseError.ReversedQuantifierRange => "a quantifier range in reverse order",
        RegexParseError.QuantifierOrCaptureGroupOutOfRange => "a number is too large",
        RegexParseError.InvalidGroupingConstruct => "an unknown kind of group",
        RegexParseError.UndefinedNumberedReference or RegexParseError.UndefinedNamedReference =>
            "a reference to a group that does not exist",
        _ => "a syntax error",
    };
}
