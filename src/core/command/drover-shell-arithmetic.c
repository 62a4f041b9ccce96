/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-shell-expand.h"

/* What is between `$((` and `))`: a shell's arithmetic, without what changes a variable. */

/* Parentheses in parentheses, and names that stand for other names. */
#define MAX_DEPTH 32

/* `1<2`, and what has no value, are told apart by `failed`. Where `?:`, `&&` and `||` leave a
 * side out, that is read all the same, but counts for nothing: division by zero in it is none. */
typedef struct
{
  const char *pos;
  DroverShellLookup lookup;
  gpointer data;
  guint depth;
  guint n_skipped;
  gboolean failed;
} Arithmetic;

/* Binary operators, those that bind tightest last. A sign comes before its own beginning. */
static const struct
{
  const char *sign;
  guint level;
} operators[] = {
  { "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<<", 8 }, { ">>", 8 }, { "<=", 7 },
  { ">=", 7 }, { "**", 11 }, { "|", 3 }, { "^", 4 },  { "&", 5 },  { "<", 7 },  { ">", 7 },
  { "+", 9 },  { "-", 9 },  { "*", 10 }, { "/", 10 }, { "%", 10 },
};

static gint64 parse_ternary (Arithmetic *self);

static void
skip_blanks (Arithmetic *self)
{
  while (g_ascii_isspace (*self->pos))
    self->pos++;
}

static gint64
fail (Arithmetic *self)
{
  self->failed = TRUE;
  return 0;
}

/* Overflow wraps, as in every shell. */
static gint64
power (Arithmetic *self, gint64 base, gint64 exponent)
{
  guint64 result = 1;
  guint64 factor = base;

  if (exponent < 0)
    return fail (self);
  for (; exponent > 0; exponent >>= 1, factor *= factor)
    if (exponent & 1)
      result *= factor;

  return result;
}

static gint64
divide (Arithmetic *self, gint64 a, gint64 b, gboolean remainder)
{
  if (b == 0)
    return self->n_skipped > 0 ? 0 : fail (self);
  if (b == -1)
    return remainder ? 0 : (gint64) (0 - (guint64) a);

  return remainder ? a % b : a / b;
}

static gint64
apply (Arithmetic *self, const char *sign, gint64 a, gint64 b)
{
  guint64 x = a;
  guint64 y = b;

  switch (sign[0])
    {
    case '|':
      return sign[1] == '|' ? a || b : a | b;
    case '&':
      return sign[1] == '&' ? a && b : a & b;
    case '^':
      return a ^ b;
    case '=':
      return a == b;
    case '!':
      return a != b;
    case '<':
      return sign[1] == '<' ? (gint64) (x << (y & 63)) : sign[1] == '=' ? a <= b : a < b;
    case '>':
      return sign[1] == '>' ? a >> (y & 63) : sign[1] == '=' ? a >= b : a > b;
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return sign[1] == '*' ? power (self, a, b) : (gint64) (x * y);
    default:
      return divide (self, a, b, sign[0] == '%');
    }
}

/* `12`, `0x1f`, `017`, `2#101` */
static gint64
parse_number (Arithmetic *self)
{
  char *end;
  guint64 value = g_ascii_strtoull (self->pos, &end, 0);

  if (*end == '#' && value >= 2 && value <= 36)
    {
      self->pos = end + 1;
      value = g_ascii_strtoull (self->pos, &end, value);
    }
  if (end == self->pos || g_ascii_isalnum (*end) || *end == '_' || *end == '#')
    return fail (self);

  self->pos = end;
  return value;
}

static gint64
evaluate (Arithmetic *self)
{
  gint64 value;

  if (self->depth >= MAX_DEPTH)
    return fail (self);

  self->depth++;
  value = parse_ternary (self);
  self->depth--;
  return value;
}

/* What a name stands for is an expression again. */
static gint64
parse_name (Arithmetic *self)
{
  gsize length = strspn (self->pos, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");
  g_autofree char *name = g_strndup (self->pos, length);
  g_autofree char *text = NULL;
  const char *rest;
  gint64 value;

  self->pos += length;
  skip_blanks (self);
  text = self->lookup != NULL ? self->lookup (name, self->data) : NULL;
  if (text == NULL)
    return fail (self);
  if (text[strspn (text, " \t\n")] == '\0')
    return 0;

  rest = self->pos;
  self->pos = text;
  value = evaluate (self);
  skip_blanks (self);
  self->failed |= *self->pos != '\0';
  self->pos = rest;
  return value;
}

static gint64
parse_operand (Arithmetic *self)
{
  char c;
  gint64 value;

  skip_blanks (self);
  c = *self->pos;
  if (g_ascii_isdigit (c))
    return parse_number (self);
  if (g_ascii_isalpha (c) || c == '_')
    return parse_name (self);
  /* `++A` changes a variable. */
  if (c == '\0' || strchr ("+-!~(", c) == NULL || ((c == '+' || c == '-') && self->pos[1] == c) ||
      self->depth >= MAX_DEPTH)
    return fail (self);

  self->pos++;
  if (c == '(')
    {
      value = evaluate (self);
      skip_blanks (self);
      if (*self->pos != ')')
        return fail (self);
      self->pos++;
      return value;
    }

  self->depth++;
  value = parse_operand (self);
  self->depth--;
  return c == '-' ? (gint64) (0 - (guint64) value) : c == '!' ? !value : c == '~' ? ~value : value;
}

static int
match_operator (Arithmetic *self, guint level)
{
  skip_blanks (self);
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (strncmp (self->pos, operators[i].sign, strlen (operators[i].sign)) == 0)
      {
        gsize length = strlen (operators[i].sign);
        gboolean assigns = self->pos[length] == '=' && strchr ("=!<>", *self->pos) == NULL;

        return operators[i].level >= level && !assigns ? (int) i : -1;
      }

  return -1;
}

static gint64
parse_binary (Arithmetic *self, guint level)
{
  gint64 left = parse_operand (self);
  int i;

  while (!self->failed && (i = match_operator (self, level)) >= 0)
    {
      const char *sign = operators[i].sign;
      gboolean is_left_out = (g_str_equal (sign, "&&") && left == 0) ||
                             (g_str_equal (sign, "||") && left != 0);
      gint64 right;

      self->pos += strlen (sign);
      self->n_skipped += is_left_out;
      /* Powers alone bind from the right. */
      right = parse_binary (self, operators[i].level + (operators[i].level < 11));
      self->n_skipped -= is_left_out;
      left = apply (self, sign, left, right);
    }

  return left;
}

static gint64
parse_ternary (Arithmetic *self)
{
  gint64 condition = parse_binary (self, 1);
  gint64 yes, no;

  skip_blanks (self);
  if (self->failed || *self->pos != '?')
    return condition;

  self->pos++;
  self->n_skipped += condition == 0;
  yes = evaluate (self);
  self->n_skipped -= condition == 0;
  skip_blanks (self);
  if (*self->pos != ':')
    return fail (self);

  self->pos++;
  self->n_skipped += condition != 0;
  no = evaluate (self);
  self->n_skipped -= condition != 0;
  return condition != 0 ? yes : no;
}

/**
 * drover_shell_evaluate:
 * @text: an expression as `$((…))` has it, without `$` in it
 * @lookup: (nullable): what the names in it stand for
 * @result: (out): its value
 *
 * Nothing is assigned: an expression that would is not evaluated, nor is one with a name that has
 * no value, though a shell takes that for 0.
 *
 * Returns: whether it has a value
 */
gboolean
drover_shell_evaluate (const char *text, DroverShellLookup lookup, gpointer data, gint64 *result)
{
  Arithmetic self = { .pos = text, .lookup = lookup, .data = data };

  *result = evaluate (&self);
  skip_blanks (&self);
  return !self.failed && *self.pos == '\0';
}
