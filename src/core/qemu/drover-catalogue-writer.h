/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue-private.h"

G_BEGIN_DECLS

/* The inside of a DroverCatalogueWriter, for the files that make its parts. */
typedef struct
{
  const char *name;
  const char *type;
  const char *description;
  const char *default_value; /* JSON, or empty */
  const char *default_text;  /* nullable: the default, where it is a text */
} WriterProperty;

struct _DroverCatalogueWriter
{
  GStringChunk *strings;
  GHashTable *parents;       /* type → its parent, or the empty text */
  GHashTable *abstract;      /* set of types */
  GPtrArray *types;          /* names, in QEMU's order */
  GHashTable *creatable;     /* set of types for -object */
  GPtrArray *lists;          /* of GArray of WriterProperty */
  GHashTable *lists_by_type; /* type → index */
  GHashTable *choices;       /* name of an enumeration → GStrv */
  GHashTable *answers;       /* command → JsonNode */
  GHashTable *helps;         /* option → text */
  GPtrArray *extra;          /* lists after @lists, ready made */
};

const char *_drover_catalogue_text    (JsonObject *object, const char *member);
gboolean    _drover_catalogue_is      (JsonObject *object, const char *member);
guint       _drover_catalogue_number  (JsonObject *object, const char *member);
GPtrArray  *_drover_catalogue_objects (JsonNode *node);

gboolean  _drover_catalogue_writer_is_a     (DroverCatalogueWriter *self, const char *type,
                                             const char *ancestor);
guint     _drover_catalogue_writer_get_list (DroverCatalogueWriter *self, const char *type);
guint     _drover_catalogue_writer_add_list (DroverCatalogueWriter *self, GVariant *list);

/* drover-catalogue-parts.c */
GVariant *_drover_catalogue_writer_make_machines (DroverCatalogueWriter *self);
GVariant *_drover_catalogue_writer_make_cpus     (DroverCatalogueWriter *self);
GVariant *_drover_catalogue_writer_make_devices  (DroverCatalogueWriter *self);

/* drover-catalogue-backends.c */
GVariant *_drover_catalogue_writer_make_backends (DroverCatalogueWriter *self);

/* drover-catalogue-buses.c */
GVariant *_drover_catalogue_writer_make_buses     (DroverCatalogueWriter *self);
GVariant *_drover_catalogue_writer_make_providers (DroverCatalogueWriter *self);

G_END_DECLS
