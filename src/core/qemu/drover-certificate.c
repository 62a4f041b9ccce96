/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-certificate.h"

/* The name of an X.509 certificate, from its DER. GIO could tell it as well, but only where
 * glib-networking is installed. */

#define SEQUENCE 0x30
#define SET 0x31
#define OID 0x06
#define UTF8_STRING 0x0c
#define PRINTABLE_STRING 0x13
#define T61_STRING 0x14
#define IA5_STRING 0x16
#define BMP_STRING 0x1e
#define VERSION 0xa0

typedef struct
{
  const guint8 *data;
  gsize length;
} Bytes;

/* Takes the next element from @from. */
static gboolean
take (Bytes *from, guint8 *tag, Bytes *content)
{
  gsize length, n_bytes = 0;

  if (from->length < 2)
    return FALSE;

  *tag = from->data[0];
  length = from->data[1];
  if (length >= 0x80)
    {
      n_bytes = length & 0x7f;
      if (n_bytes == 0 || n_bytes > 4 || from->length - 2 < n_bytes)
        return FALSE;
      length = 0;
      for (gsize i = 0; i < n_bytes; i++)
        length = length << 8 | from->data[2 + i];
    }
  if (length > from->length - 2 - n_bytes)
    return FALSE;

  *content = (Bytes) { from->data + 2 + n_bytes, length };
  from->data = content->data + length;
  from->length -= 2 + n_bytes + length;
  return TRUE;
}

static gboolean
take_tagged (Bytes *from, guint8 wanted, Bytes *content)
{
  guint8 tag;

  return take (from, &tag, content) && tag == wanted;
}

static gboolean
find_subject (Bytes certificate, Bytes *subject)
{
  Bytes outer, inner, skipped;
  guint8 tag;

  if (!take_tagged (&certificate, SEQUENCE, &outer) || !take_tagged (&outer, SEQUENCE, &inner) ||
      !take (&inner, &tag, &skipped))
    return FALSE;
  /* The version may be left out; then this was the serial number already. */
  if (tag == VERSION && !take (&inner, &tag, &skipped))
    return FALSE;

  /* The signature's algorithm, the issuer, the validity. */
  for (guint i = 0; i < 3; i++)
    if (!take_tagged (&inner, SEQUENCE, &skipped))
      return FALSE;

  return take_tagged (&inner, SEQUENCE, subject);
}

static char *
dup_text (guint8 tag, Bytes text)
{
  switch (tag)
    {
    case UTF8_STRING:
    case PRINTABLE_STRING:
    case IA5_STRING:
      return g_utf8_make_valid ((const char *) text.data, text.length);
    case T61_STRING:
      return g_convert ((const char *) text.data, text.length, "UTF-8", "ISO-8859-1", NULL, NULL,
                        NULL);
    case BMP_STRING:
      return g_convert ((const char *) text.data, text.length, "UTF-8", "UTF-16BE", NULL, NULL,
                        NULL);
    default:
      return NULL;
    }
}

/* @kind: the last byte of the attribute's number, 2.5.4.@kind */
static char *
dup_attribute (Bytes subject, guint8 kind)
{
  const guint8 wanted[] = { 0x55, 0x04, kind };
  Bytes set, pair, oid, text;
  char *found = NULL;
  guint8 tag;

  while (take_tagged (&subject, SET, &set))
    while (take_tagged (&set, SEQUENCE, &pair))
      if (take_tagged (&pair, OID, &oid) && take (&pair, &tag, &text) &&
          oid.length == sizeof wanted && memcmp (oid.data, wanted, sizeof wanted) == 0)
        {
          /* The last is the most particular. */
          g_free (found);
          found = dup_text (tag, text);
        }

  return found;
}

/**
 * drover_certificate_dup_name:
 * @data: (array length=length): a certificate in DER
 * @length: its length
 *
 * Returns: (transfer full) (nullable): whom it is of: the common name, else the unit's, else the
 *   organisation's; %NULL when it has none, or is no certificate
 */
char *
drover_certificate_dup_name (const guint8 *data, gsize length)
{
  static const guint8 kinds[] = { 3, 11, 10 };
  Bytes subject;

  if (!find_subject ((Bytes) { data, length }, &subject))
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = dup_attribute (subject, kinds[i]);

      if (name != NULL && *name != '\0')
        return g_steal_pointer (&name);
    }

  return NULL;
}
