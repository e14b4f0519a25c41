/** People, as the server tells them. */
export interface Me {
  id: number
  login: string
  name: string
  role: string
  company: string | null
  district: string | null
  /** Of the company's pipes, where all are of one. */
  utility: string | null
  may: string[]
  must_change: boolean
}

export interface Account {
  id: number
  login: string
  name: string
  role: string
  company: string | null
  district: string | null
  must_change: boolean
  disabled: boolean
}

export interface Role {
  title: { zh: string; en: string }
  office: { zh: string; en: string }
  cite: string
  may: string[]
  /** Items that the role decides. */
  decides: string[]
  of_company: boolean
  of_district: boolean
}

export interface Offices {
  abilities: Record<string, { zh: string; en: string }>
  roles: Record<string, Role>
}

export const AUDIENCES = ['offices', 'companies', 'others'] as const
export const DETAILS = ['full', 'squares', 'nothing'] as const
export type Detail = (typeof DETAILS)[number]

/** What a company opens of its pipes, and to whom. */
export interface Openings extends Record<(typeof AUDIENCES)[number], Detail> {
  id: number
  company: string
  known_as: string[]
  document: string
  changed_at: string | null
}
