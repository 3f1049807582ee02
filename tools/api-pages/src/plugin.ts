import { type Application, Converter, type ParameterReflection, ReferenceType } from 'typedoc'
import { preformatted } from './preformatted.ts'

/** TypeDoc's entry: formulas keep their lines, and options that a function takes apart have a name. */
export function load({ converter }: Pick<Application, 'converter'>): void {
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of Object.values(project.reflections)) {
      const { comment } = reflection
      if (comment !== undefined) comment.summary = preformatted(comment.summary)
      if (reflection.isParameter() && reflection.name === '__namedParameters')
        reflection.name = nameOf(reflection)
    }
  })
}

/** `options` for what is of a type …Options, else the type's name: `network` of a Network. */
function nameOf({ type }: ParameterReflection): string {
  if (!(type instanceof ReferenceType) || type.name.endsWith('Options')) return 'options'
  return type.name.charAt(0).toLowerCase() + type.name.slice(1)
}
